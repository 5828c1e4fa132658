/**
 * The program ffmpeg, if it is there, run on files of strangers.
 *
 * It is started without a shell, with no more of the environment than it needs (there may be secrets in it), told which
 * format to expect so that it follows no playlist, allowed to open nothing but the one file, and held to a time, a size of
 * memory and a size of picture. It is killed as soon as nobody waits for it.
 * Options: https://ffmpeg.org/ffmpeg.html, https://ffmpeg.org/ffmpeg-protocols.html
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { COMPLAINT, FFMPEG_MEMORY } from '../limits.ts'
import { type FfmpegCall, FfmpegMissing } from './tools.ts'

/** What it may know of the environment: where programs, their libraries and, on Windows, the system are. */
const ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot']

/** What a system says when there is no program of that name, or none that can be started. */
const MISSING = /^(?:ENOENT|EACCES|ENOTDIR|EPERM|ENOEXEC)$/

/** See {@link ProbeTools}. */
export async function* ffmpeg(call: FfmpegCall): AsyncGenerator<Uint8Array, void, undefined> {
  const { program, input, signal } = call
  signal?.throwIfAborted()
  const child = spawn(program, commandLine(call), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: Object.fromEntries(ENVIRONMENT.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : []))),
    timeout: call.time,
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  const end = outcomeOf(child, call)
  const kill = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', kill, { once: true })
  // It may stop reading before the end, and be right: the first frame is all that is asked for.
  child.stdin.on('error', () => {})
  child.stdin.end(typeof input === 'string' ? undefined : input)
  try {
    for await (const piece of child.stdout) yield piece as Uint8Array
    await end
  } finally {
    signal?.removeEventListener('abort', kill)
    kill()
    end.catch(() => {})
  }
}

function commandLine({ input, reading, doing }: FfmpegCall): string[] {
  const isPath = typeof input === 'string'
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-max_alloc', `${FFMPEG_MEMORY}`, '-threads', '1'],
    ...['-protocol_whitelist', isPath ? 'file' : 'pipe', ...reading],
    ...['-i', isPath ? `file:${input}` : 'pipe:0', '-threads', '1', ...doing, 'pipe:1'],
  ]
}

/** Settles when the program has ended. */
function outcomeOf(child: ChildProcessByStdio<Writable, Readable, Readable>, call: FfmpegCall): Promise<void> {
  const { program, signal, time } = call
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(0, COMPLAINT)
  })
  const outcome = new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = MISSING.test(error.code ?? '')
      reject(missing ? new FfmpegMissing(`there is no ${program}`, { cause: error }) : error)
    })
    child.on('close', (code, killed) => {
      if (signal?.aborted) reject(signal.reason)
      else if (code === 0) resolve()
      else {
        const how = killed ? `was ended after ${time} ms at most` : `ended with exit code ${code}`
        reject(new Error(`${program} ${how}${complaints && `: ${complaints.trim()}`}`))
      }
    })
  })
  outcome.catch(() => {})
  return outcome
}
