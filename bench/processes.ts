/**
 * The processes of a benchmark: started, listened to, ended. None lives longer than its limit, and none longer than this one.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Cost, FACTS, type Fact, type Job } from './protocol.ts'

/** Milliseconds that a server may take to start, to answer and to end. */
const SERVER_LIMIT = 30_000
/** Servers hold what arrives for a moment: with room for it, they need not look for it so often. */
const SERVER_FLAGS = ['--max-semi-space-size=64']
/** Lines of a failed client's output that are shown. */
const SHOWN_LINES = 12

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

function watch<C extends ChildProcess>(child: C): C {
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

/** How a client's program is started. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** What came of a client's run: its costs, and the milliseconds from its start to its end as seen from here. */
export interface Run extends Cost {
  readonly sinceStart: number
}

/**
 * Runs a client to its end.
 * @param limit milliseconds after which it is ended
 * @throws Error with what it printed last, if it does not do its job
 */
export async function runClient(program: Program, job: Job, limit: number): Promise<Run> {
  const started = performance.now()
  const child = watch(
    spawn(program.command, [...program.args, JSON.stringify(job)], {
      env: { ...process.env, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    }),
  )
  let run: Run | undefined
  const output: string[] = []
  const lines = (stream: unknown, take: (line: string) => void): void => {
    createInterface({ input: stream as Readable }).on('line', take)
  }
  lines(child.stdio[FACTS], (line) => {
    const fact = JSON.parse(line) as Fact
    if (fact.fact === 'done') run = { ...fact, sinceStart: performance.now() - started }
  })
  lines(child.stdout, (line) => output.push(line))
  lines(child.stderr, (line) => output.push(line))
  const timer = setTimeout(() => {
    output.push(`ended after ${limit / 1000} s`)
    child.kill('SIGKILL')
  }, limit)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === 0 && run !== undefined) return run
  } finally {
    clearTimeout(timer)
  }
  throw new Error(['a client did not do its job', ...output.slice(-SHOWN_LINES)].join('\n'))
}

/** A server of the benchmark: a process that answers one message with one message. */
export class ServerProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Starts a program with its options; resolves with the process and the first thing it says, within `limit` milliseconds. */
  static async start<Ready>(path: string, options: unknown, limit = SERVER_LIMIT): Promise<[ServerProcess, Ready]> {
    const child = watch(fork(path, [JSON.stringify(options)], { execArgv: SERVER_FLAGS }))
    const server = new ServerProcess(child)
    return [server, await server.#next<Ready>(limit)]
  }

  /** Tells it something that has no answer. */
  tell(message: string | number): void {
    this.#child.send(message)
  }

  /** Tells it something and waits for the answer. */
  async ask<Answer>(message: string): Promise<Answer> {
    this.#child.send(message)
    return this.#next<Answer>()
  }

  /** Lets it end by itself, and makes it if it does not. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), SERVER_LIMIT)
    const gone = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    else this.#child.kill()
    await gone
    clearTimeout(timer)
  }

  #next<Answer>(limit = SERVER_LIMIT): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer)
        this.#child.off('message', answered).off('exit', ended)
        settle()
      }
      const answered = (message: unknown): void => done(() => resolve(message as Answer))
      const ended = (): void => done(() => reject(new Error('a server of the benchmark ended')))
      const timer = setTimeout(() => done(() => reject(new Error('a server of the benchmark does not answer'))), limit)
      this.#child.on('message', answered).on('exit', ended)
    })
  }
}
