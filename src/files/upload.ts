/**
 * Uploads one source: reads its parts, sends them over several lanes, and makes an `InputFile` of them.
 *
 * It depends on one function that sends a part, not on a client. The reader supplies parts, the ledger keeps their book,
 * the gate says when and over which lane the next may go. A part that fails is sent again by itself; an error that
 * repeating cannot mend stops all others at once. Source: https://core.telegram.org/api/files#uploading-files
 */
import { toBigInt, toHex } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import type { Host } from '../host.ts'
import { randomBytes } from '../host.ts'
import type { InputFile } from '../tl/generated/api-types.ts'
import { orAbort } from './abort.ts'
import { collect } from './collect.ts'
import { Gate } from './gate.ts'
import { openSource } from './open.ts'
import type { PartSender, UploadOptions } from './options.ts'
import type { UploadKind } from './plan.ts'
import { MAX_SMALL_SIZE, planUpload } from './plan.ts'
import { bufferPool, PartReader } from './reader.ts'
import type { FileLike, Source } from './source.ts'
import { Transfer } from './transfer.ts'
import { UploadWindow } from './window.ts'

export type { PartRequest, PartSender, UploadEvent, UploadOptions } from './options.ts'
export type { UploadProgress } from './progress.ts'

/** A file that lies on the server, to be used within some hours. */
export interface UploadedFile {
  /** What `InputMedia` and others take. */
  readonly inputFile: InputFile
  /** Its name, if one was given or the source has one. */
  readonly name: string | undefined
  readonly size: number
  readonly parts: number
  readonly partSize: number
  /** MIME type, if the source knew it. */
  readonly type: string | undefined
  /** Whether {@link resend} can work: the source can be read again. */
  readonly canResend: boolean
  /**
   * Sends one part again, after the server said FILE_PART_X_MISSING.
   * @throws UsageError for a part that is not there, or a source that cannot be read again
   * @throws FileError `FILE_CHANGED` when the source is no longer what was uploaded
   */
  resend(part: number, signal?: AbortSignal): Promise<void>
}

const DEFAULT_NAMES: Readonly<Record<UploadKind, string>> = { file: 'file', photo: 'photo.jpg', thumb: 'thumb.jpg' }

/** One gate a sender, so that all files of a client share its budget, its lanes and its waits. */
const gates = new WeakMap<PartSender, Gate>()

/**
 * Uploads a file. Its source is closed when this settles, or at once when nothing is being read from it.
 *
 * @param sender sends the parts
 * @param file anything that can be uploaded
 * @throws FileError when the source cannot be opened or read, is empty, too big, changed or lied about its size, or
 *   `FILE_NOT_ACCEPTED` when the server keeps answering `false`
 * @throws RpcError for an error of the server that repeating does not mend, or that came too often
 * @throws TransportError when the connection is lost for good
 * @throws the reason of `signal` when that is aborted
 */
export async function upload(sender: PartSender, file: FileLike, options: UploadOptions): Promise<UploadedFile> {
  const { signal } = options
  signal?.throwIfAborted()
  const source = await orAbort(openSource(file, options), signal, closeQuietly)
  let result: UploadedFile
  try {
    result = await send(sender, source, options)
  } catch (error) {
    // Not awaited: whoever aborts must not wait for a slow disk.
    void closeQuietly(source)
    throw error
  }
  await source.close()
  return result
}

function gateOf(sender: PartSender, host: Host): Gate {
  const known = gates.get(sender)
  if (known) return known
  const gate = new Gate(host, new UploadWindow({ maxLanes: sender.maxLanes }))
  gates.set(sender, gate)
  return gate
}

async function closeQuietly(source: Source): Promise<void> {
  try {
    await source.close()
  } catch {
    // The upload failed already, and with that error it ends.
  }
}

async function send(sender: PartSender, given: Source, options: UploadOptions): Promise<UploadedFile> {
  const { host, signal, kind = 'file' } = options
  const unknown = given.kind === 'stream' && given.size === undefined
  const source = unknown && kind !== 'file' ? await orAbort(collect(given, MAX_SMALL_SIZE), signal) : given
  const known = options.fileName ?? source.name
  const name = known ?? DEFAULT_NAMES[kind]
  const plan = planUpload(source.size, { ...options, label: name })
  const fileId = drawFileId(host)
  const gate = options.gate ?? gateOf(sender, host)
  const buffers = options.buffers ?? bufferPool()
  const md5 = plan.big ? undefined : options.crypto.md5()
  options.onEvent?.({ type: 'start', fileId, plan })
  const reader = new PartReader(source, plan, buffers, md5)
  await new Transfer({ ...options, sender, gate, plan, reader, fileId, label: name }).done

  const size = reader.size!
  const parts = reader.parts!
  options.onEvent?.({ type: 'done', size, parts })
  const canResend = source.kind === 'random'
  return {
    inputFile: md5
      ? { _: 'inputFile', id: fileId, parts, name, md5Checksum: toHex(md5.digest()) }
      : { _: 'inputFileBig', id: fileId, parts, name },
    name: known,
    size,
    parts,
    partSize: plan.partSize,
    type: source.type,
    canResend,
    async resend(part, again) {
      if (!canResend) throw new UsageError(`part ${part} of ${name} cannot be sent again: a stream is read only once`)
      if (!(Number.isInteger(part) && part >= 0 && part < parts)) {
        throw new UsageError(`${name} has parts 0 to ${parts - 1}, and no part ${part}`)
      }
      const one = new PartReader(source, plan, buffers, undefined, [part, part + 1])
      try {
        const quiet = { ...options, onProgress: undefined, signal: again }
        await new Transfer({ ...quiet, sender, gate, plan, reader: one, fileId, label: name, count: 1 }).done
      } finally {
        await closeQuietly(source)
      }
    },
  }
}

/** A random file id: 63 bits, never 0. */
function drawFileId(host: Host): bigint {
  for (;;) {
    const id = toBigInt(randomBytes(host.random, 8)) & 0x7fff_ffff_ffff_ffffn
    if (id !== 0n) return id
  }
}
