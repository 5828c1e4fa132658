/**
 * What the Node programs of the benchmark have in common: they take a job, connect, say that they are ready, upload, and
 * tell what it cost.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { type Cost, FACTS, type Fact, type Job } from './protocol.ts'

/** A client that is connected and logged in. */
export interface Connected {
  /** Uploads the job's file once, up to its `MessageMedia`. */
  upload(): Promise<unknown>
  /** Keeps the session for the next start. */
  save(): Promise<void>
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** The addresses of Telegram's servers are built into every client: nothing but this machine may be connected to. */
export function stayHere(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its socket below
  const { connect } = Socket.prototype
  Socket.prototype.connect = function guarded(this: Socket, ...given: unknown[]): Socket {
    const [first, second] = (Array.isArray(given[0]) ? given[0] : given) as unknown[]
    const host = typeof first === 'object' && first !== null ? (first as { host?: unknown }).host : second
    if (typeof host === 'string' && !LOOPBACK.has(host)) {
      console.error(`refused: a connection to ${host}`)
      process.exit(3)
    }
    return Reflect.apply(connect, this, given) as Socket
  }
}

/** The job this process was started with. */
export function readJob(): Job {
  return JSON.parse(process.argv.at(-1) ?? '') as Job
}

/** Tells the benchmark. */
export function tell(fact: Fact): void {
  writeSync(FACTS, `${JSON.stringify(fact)}\n`)
}

/** Most bytes of memory that this process ever held: of the kernel's own count where there is one. */
function peakMemory(): number {
  const { platform } = process
  if (platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

/** Starts to count; the function it returns tells what it cost since. */
export function startCounting(): () => Cost {
  const start = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1000, peak: peakMemory() }
  }
}

/** Calls `action` `count` times, `width` of them at a time. */
async function repeat(count: number, width: number, action: () => Promise<unknown>): Promise<void> {
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) await action()
  }
  await Promise.all(Array.from({ length: Math.min(count, width) }, worker))
}

/** Microseconds between samples of a profile. */
const SAMPLE_EVERY = 250

/** Takes a processor profile of `action`, if there is a place to put it. */
async function profiled(path: string, action: () => Promise<void>): Promise<void> {
  if (path === '') return action()
  // Not before it is needed: it is no part of a client's start.
  const { Session } = await import('node:inspector/promises')
  const inspector = new Session()
  inspector.connect()
  await inspector.post('Profiler.enable')
  await inspector.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY })
  await inspector.post('Profiler.start')
  await action()
  const { profile } = await inspector.post('Profiler.stop')
  inspector.disconnect()
  writeFileSync(path, JSON.stringify(profile))
}

/** Runs a client's program to its end; the process ends with it, whatever timers the client leaves behind. */
export async function main(connect: (job: Job) => Promise<Connected>): Promise<never> {
  const job = readJob()
  stayHere()
  try {
    const client = await connect(job)
    tell({ fact: 'ready' })
    const cost = startCounting()
    await profiled(job.profile, () => repeat(job.count, job.concurrency, () => client.upload()))
    tell({ fact: 'done', ...cost() })
    await client.save()
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
  process.exit(0)
}
