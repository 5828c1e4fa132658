/**
 * Runs one client against a DC of its own and collects what both have to say.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { DcReady, DcReport, SecretKind } from './dc.ts'
import type { Fact, Job, Sample } from './job.ts'
import { makeSamples } from './samples.ts'

/** Most milliseconds that a client may take, and that a DC may take to start or to report. */
const CLIENT_LIMIT = 180_000
const DC_LIMIT = 20_000
/** The number of the DC, unless a client insists on another. */
export const DC_ID = 2
/** Lines of a client's output that are shown when it failed. */
const SHOWN_LINES = 40
/** Makes Node run TypeScript; wherever the process is started. */
const TYPESCRIPT = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

/** How a client's program is started: the command, and what comes before the job. */
export type Program = readonly [command: string, ...args: string[]]

/** What came of a run. */
export interface Outcome {
  readonly facts: readonly Fact[]
  readonly report: DcReport | undefined
  readonly samples: readonly Sample[]
  /** In words, with the last that the client said. */
  readonly ending: string
  readonly milliseconds: number
}

/** A program in TypeScript beside this folder, kept away from anything but this machine. */
export function nodeProgram(path: string): Program {
  const absolute = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  return [process.execPath, ...TYPESCRIPT, '--import', absolute('loopback-only.ts'), absolute(path)]
}

/** A Python program beside this folder, for the Python that Debian's packages belong to. */
export function pythonProgram(path: string): Program {
  return ['/usr/bin/python3', '-B', fileURLToPath(new URL(path, import.meta.url))]
}

/** What may be different in a run. */
export interface RunOptions {
  /** Bytes of the video, where the client is too slow for the usual 20 MB. */
  readonly videoSize?: number | undefined
  /** Number of the DC; 2 unless told. */
  readonly dcId?: number
  /** Goes through the MTProxy, with a secret of this kind. */
  readonly proxy?: SecretKind | undefined
}

/** Runs the program against a fresh DC. Rejects only if there can be no run at all. */
export async function runClient(
  program: Program,
  transport: string,
  { videoSize, dcId = DC_ID, proxy }: RunOptions = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-interop-'))
  const dc = fork(fileURLToPath(new URL('dc.ts', import.meta.url)), [`${dcId}`], { execArgv: TYPESCRIPT })
  try {
    const { publicKeyPem, proxyPort, secrets, ...address } = (await message(dc)) as DcReady
    const samples = makeSamples(folder, videoSize)
    const job: Job = {
      ...address,
      key: publicKeyPem,
      ...(proxy && { proxy: { type: 'mtproxy', host: address.host, port: proxyPort, secret: secrets[proxy] } }),
      transport,
      apiId: 12345,
      apiHash: '0123456789abcdef0123456789abcdef',
      botToken: '4242:other-peoples-clients',
      samples,
    }
    const started = performance.now()
    const { facts, ending } = await runProgram(program, job, folder)
    const milliseconds = Math.round(performance.now() - started)
    dc.send('report')
    const report = (await message(dc).catch(() => undefined)) as DcReport | undefined
    return { facts, report, samples, ending, milliseconds }
  } finally {
    await end(dc)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runProgram(
  [command, ...args]: Program,
  job: Job,
  cwd: string,
): Promise<Pick<Outcome, 'facts' | 'ending'>> {
  const child = spawn(command, [...args, JSON.stringify(job)], { cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const facts: Fact[] = []
  const output: string[] = []
  const lines = (stream: unknown, take: (line: string) => void): void => {
    createInterface({ input: stream as Readable }).on('line', take)
  }
  lines(child.stdio[3], (line) => facts.push(JSON.parse(line) as Fact))
  lines(child.stdout, (line) => output.push(line))
  lines(child.stderr, (line) => output.push(line))
  let late = false
  const limit = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, CLIENT_LIMIT)
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    const how = late ? `was ended after ${CLIENT_LIMIT / 1000} s` : `ended by ${signal ?? `exit code ${code}`}`
    return { facts, ending: [`it ${how}`, ...output.slice(-SHOWN_LINES)].join('\n') }
  } catch (error) {
    return { facts, ending: `it could not be started: ${String(error)}` }
  } finally {
    clearTimeout(limit)
  }
}

/** The next message of a process. */
async function message(child: ChildProcess): Promise<unknown> {
  const signal = AbortSignal.timeout(DC_LIMIT)
  const gone = once(child, 'exit', { signal }).then(() => {
    throw new Error('the test DC ended')
  })
  const [value] = (await Promise.race([once(child, 'message', { signal }), gone])) as unknown[]
  gone.catch(() => {})
  return value
}

/** Lets a DC end by itself, and makes it if it does not. */
async function end(dc: ChildProcess): Promise<void> {
  if (dc.exitCode !== null || dc.signalCode !== null) return
  const limit = setTimeout(() => dc.kill('SIGKILL'), DC_LIMIT)
  const exited = once(dc, 'exit')
  if (dc.connected) dc.disconnect()
  else dc.kill()
  await exited
  clearTimeout(limit)
}
