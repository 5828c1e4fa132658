/**
 * What `mtproto-upload upload` does: checks everything that can be checked here, connects, uploads the files, some at a time.
 *
 * A file that fails does not stop the others, unless the same would stop them too: a lost connection, a refused login,
 * a wait longer than allowed, an interruption.
 */
import type { UploadClient } from '../client/client.ts'
import type { ClientEvent } from '../client/events.ts'
import { type FileStorage, fileStorage } from '../client/storage-file.ts'
import type { UploadMediaOptions } from '../client/upload-options.ts'
import { FileError, RpcError, UsageError } from '../errors.ts'
import type { ManyProgress } from '../files/many-progress.ts'
import type { UploadProgress } from '../files/progress.ts'
import { connect, namingSession } from './connect.ts'
import { EXIT, type ExitCode, exitCodeOf, worse } from './exit-codes.ts'
import { type InputFile, type Inspection, inspectAll, namingStandardInput } from './input-files.ts'
import { abortOnSignals } from './interrupt.ts'
import { say, writeResult } from './io.ts'
import { journalPath } from './journal.ts'
import { mediaOf } from './media-of.ts'
import { toJson, toOutline } from './output.ts'
import { type ProgressDisplay, progressDisplay } from './progress.ts'
import { PROGRAM, report } from './report.ts'
import type { UploadJob } from './upload-options.ts'
import { explainWay } from './way.ts'

/** Runs the command; what went wrong is reported on the way. */
export async function upload(job: UploadJob): Promise<ExitCode> {
  const signal = abortOnSignals(EXIT.interrupted)
  const journal = journalPath(job, process.env, process.platform)
  const progress = progressDisplay(job.quiet || job.logJson, process.stderr, Date.now)
  const { files, faults } = await inspectAll(job.files, job.as)
  if (faults.length > 0) return refuse(faults, job)
  const storage = await storageOf(job)
  signal.throwIfAborted()
  const tell = (text: string): void => {
    progress.end(false)
    say(`${PROGRAM}: ${text}`)
  }
  /** Whether the next run finds notes: of files of several parts, if there is a folder for them. */
  let isNoted = false
  let isUnnoted = journal === undefined
  const onEvent = (event: ClientEvent): void => {
    if (event.type === 'start' && (event.plan.parts ?? 0) > 1) isNoted = true
    if (event.type === 'unnoted') isUnnoted = true
  }
  const { client, proxy, close } = await connect({
    job,
    storage,
    signal,
    lanes: job.lanes,
    journal,
    tell,
    onEvent,
  })
  let code: ExitCode
  try {
    code = await uploadAll(client, files, { job, journal, signal, proxy, progress, tell })
  } finally {
    await close()
  }
  const mayGoOn = code === EXIT.interrupted || code === EXIT.tryLater
  if (mayGoOn && isNoted && !isUnnoted && !job.quiet && !job.logJson) {
    tell(
      files.length === 1
        ? 'run the same command again: it goes on where it was'
        : 'files that were under way go on where they were when they are uploaded again',
    )
  }
  return code
}

/** Tells what is wrong with files, before any is sent. */
function refuse(faults: Inspection['faults'], { files, verbose }: UploadJob): ExitCode {
  let code: ExitCode = EXIT.ok
  for (const { label, error } of faults) {
    report(error, { command: 'upload', about: label, verbose })
    code = worse(code, exitCodeOf(error))
  }
  if (files.length > 1) {
    const which = faults.length === 1 ? 'it' : 'these'
    const advice = faults.length === files.length ? '' : `; leave ${which} out and try again`
    say(`${PROGRAM}: nothing was uploaded${advice}`)
  }
  return code
}

interface Run {
  readonly job: UploadJob
  /** Folder for notes of unfinished uploads. */
  readonly journal: string | undefined
  readonly signal: AbortSignal
  readonly proxy: string | undefined
  readonly progress: ProgressDisplay
  readonly tell: (text: string) => void
}

async function uploadAll(client: UploadClient, files: readonly InputFile[], run: Run): Promise<ExitCode> {
  const { job, progress } = run
  const several = files.length > 1
  const total = totalOf(files)
  let code: ExitCode = EXIT.ok
  /** Files whose result, or what stands for it, was printed. */
  let printed = 0
  /** Files for which there is no result and nothing to say: what ended another ended them too, or they were never begun. */
  let left = files.length
  let over = false
  const fill = async (lines: number): Promise<void> => {
    for (; printed < lines; printed++) await writeResult('null\n')
  }
  // Each file has the signal, not all together: what is done when it comes is told of.
  const outcomes = client.uploadMany(
    files.map((file) => uploadOptions(file, run)),
    {
      concurrency: job.concurrency,
      stopOnError: (error) => !concernsOneFile(error),
      ...(several && {
        onProgress: (sum) => progress.update(`${sum.doneFiles} of ${files.length} files`, withTotal(sum, total)),
      }),
    },
  )
  try {
    for await (const outcome of outcomes) {
      const file = files[outcome.index]!
      if (outcome.status === 'rejected') {
        const lasting = concernsOneFile(outcome.error)
        if (!lasting && over) continue
        over ||= !lasting
        left--
        progress.end(false)
        code = worse(code, tellFailure(outcome.error, file, run))
        // Lines and files stay side by side.
        if (lasting && job.json && several) await fill(outcome.index + 1)
        continue
      }
      left--
      progress.end(!several)
      const { media } = outcome
      if (job.json) await fill(outcome.index)
      printed = outcome.index + 1
      const outline = (): string => `${several ? `${file.label}: ` : ''}${toOutline(media)}`
      await writeResult(`${job.json ? toJson(media) : outline()}\n`)
    }
  } catch (error) {
    // The result could not be written.
    code = worse(code, tellFailure(error, files[printed - 1], run))
  }
  progress.end(false)
  if (left > 0) say(`${PROGRAM}: ${left} more ${left === 1 ? 'file was' : 'files were'} not uploaded`)
  return code
}

/** Tells what went wrong with a file. Returns the exit code for it. */
function tellFailure(thrown: unknown, file: InputFile | undefined, { job, proxy }: Run): ExitCode {
  // A bot logs in anew by itself.
  const way = explainWay(thrown, proxy, true)
  const said = job.botToken === undefined ? namingSession(way, job.session) : way
  const error = file?.data === process.stdin ? namingStandardInput(said, [job.name ?? '', 'file', 'photo.jpg']) : said
  report(error, { command: 'upload', about: file?.label, verbose: job.verbose })
  return exitCodeOf(error)
}

/** Bytes of all files; `undefined` if one of them has no size. */
function totalOf(files: readonly InputFile[]): number | undefined {
  let total: number | undefined = 0
  for (const { size } of files) total = total === undefined || size === undefined ? undefined : total + size
  return total
}

/** The sizes are known from the start here, so that the time left is too. */
function withTotal(sum: ManyProgress, totalBytes: number | undefined): UploadProgress {
  if (sum.totalBytes !== undefined || totalBytes === undefined) return sum
  const { sentBytes, bytesPerSecond } = sum
  return { ...sum, totalBytes, etaSeconds: bytesPerSecond ? (totalBytes - sentBytes) / bytesPerSecond : undefined }
}

/** Whether the next file may fare better than the one that ended with this error. */
function concernsOneFile(error: unknown): boolean {
  if (error instanceof FileError) return true
  return error instanceof RpcError && (error.code === 400 || error.code === 403 || error.code >= 500) && !isPeers(error)
}

/** The peer is the same for all. */
function isPeers({ type }: RpcError): boolean {
  return /^(PEER|CHAT|CHANNEL|USERNAME|USER_ID|PHONE|INVITE_HASH|INPUT_USER|USER_BANNED)_/.test(type)
}

function uploadOptions(file: InputFile, { job, journal, signal, progress, tell }: Run): UploadMediaOptions {
  const several = job.files.length > 1
  return {
    peer: job.peer,
    media: mediaOf(file, job, job.verbose && !job.logJson ? tell : undefined),
    signal,
    ...(!several && { onProgress: (state) => progress.update(file.label, state) }),
    // Standard input cannot be read a second time.
    ...(journal !== undefined && file.data !== process.stdin && { resume: journal }),
  }
}

/** The session's file, found to be usable: a login that cannot be kept is not begun. */
async function storageOf({ session, botToken }: UploadJob): Promise<FileStorage | undefined> {
  const storage = session === undefined ? undefined : fileStorage(session)
  const stored = await storage?.load()
  if (stored === undefined && botToken === undefined) {
    const where = session === undefined ? '' : ` as ${session} holds no login yet`
    throw new UsageError(
      `--bot-token or the environment variable MTPROTO_BOT_TOKEN is needed${where}; ` +
        `"${PROGRAM} login --session ${session ?? 'FILE'}" logs people in`,
    )
  }
  await storage?.checkWritable()
  return storage
}
