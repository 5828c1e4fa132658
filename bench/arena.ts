/**
 * Where contestants run: files, sink, link, one run after another.
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateServerKey } from '../src/lab/server/index.ts'
import { BUILT } from './build.ts'
import { type Contestant, FLOOR, prepareTdlib, startOf, TDLIB_CLIENT } from './clients.ts'
import { type Run, runClient, ServerProcess } from './processes.ts'
import type { Job, LinkOptions, SinkOptions, SinkReady, SinkReport } from './protocol.ts'

/** The file is made of this many random bytes again and again: nothing in it can be compressed. */
const BLOCK = 16 * 1024 * 1024
/** Milliseconds that a run may take: so much, and so much for each byte. */
const LIMIT = 60_000
const LIMIT_PER_BYTE = 90_000 / 1e9

/** What may be different in a run. */
export interface RunOptions {
  readonly size: number
  readonly count?: number
  readonly concurrency?: number
  /** A name under which the contestant's session is kept; in memory unless told. */
  readonly session?: string
  readonly limit?: number
  /** The name of a processor profile to leave in the arena's folder; the run is slower for it. */
  readonly profile?: string
}

/** What a run came to, on both sides. */
export interface Outcome {
  readonly run: Run
  readonly sink: SinkReport
}

/** Sink, and perhaps a link before it. */
export class Arena {
  readonly #folder: string
  readonly #verify: boolean
  readonly #sink: ServerProcess
  readonly #ready: SinkReady
  readonly #link: ServerProcess | undefined
  readonly #port: number
  readonly #hashes = new Map<number, string>()

  private constructor(
    folder: string,
    verify: boolean,
    sink: ServerProcess,
    ready: SinkReady,
    link?: ServerProcess,
    port: number = ready.port,
  ) {
    this.#folder = folder
    this.#verify = verify
    this.#sink = sink
    this.#ready = ready
    this.#link = link
    this.#port = port
  }

  /** Starts the servers. `tdlib`: makes what TDLib takes. */
  static async open(options: { verify: boolean; tdlib: boolean; link?: LinkOptions }): Promise<Arena> {
    const { verify, tdlib, link } = options
    const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-bench-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const { privateKeyPem, publicKeyPem } = await generateServerKey()
    if (tdlib) prepareTdlib(folder, publicKeyPem)
    const linked = link && (await ServerProcess.start<number>(join(BUILT, 'link.js'), link))
    const sinkOptions: SinkOptions = { privateKeyPem, verify, publicPort: linked?.[1] ?? 0 }
    const [sink, ready] = await ServerProcess.start<SinkReady>(join(BUILT, 'sink.js'), sinkOptions)
    linked?.[0].tell(ready.port)
    return new Arena(folder, verify, sink, ready, linked?.[0], linked?.[1])
  }

  /**
   * Lets a contestant do its uploads once.
   * @throws Error if it fails, or if the sink did not get what it should have
   */
  async run(contestant: Contestant, options: RunOptions): Promise<Outcome> {
    const { size, count = 1, concurrency = 1, session, profile } = options
    const port = contestant === FLOOR ? this.#ready.drainPort : this.#port
    const job: Job = {
      host: this.#ready.host,
      port,
      dcId: this.#ready.dcId,
      key: this.#ready.publicKeyPem,
      apiId: 12345,
      apiHash: '0123456789abcdef0123456789abcdef',
      botToken: '4242:bench',
      path: this.#file(size),
      size,
      count,
      concurrency,
      source: contestant.source ?? 'file',
      session: session === undefined ? '' : join(this.#folder, session),
      profile: profile === undefined ? '' : this.place(profile),
    }
    await this.#sink.ask<SinkReport>('report')
    const limit = options.limit ?? LIMIT + LIMIT_PER_BYTE * size * count
    const run = await runClient(startOf(contestant, this.#folder, this.#port), job, limit)
    const sink = await this.#sink.ask<SinkReport>('report')
    if (sink.bytes < size * count) throw new Error(`the sink got ${sink.bytes} bytes of ${size * count}`)
    // What TDLib uploads by itself is never made into media, so that there is nothing to compare.
    const compared = this.#verify && contestant !== FLOOR && contestant !== TDLIB_CLIENT
    if (compared && !sink.sha256.includes(this.#hashes.get(size) ?? 'none')) {
      throw new Error('the server has other bytes than the file')
    }
    return { run, sink }
  }

  /** Where a file of that name lies, or is to lie, until the arena is closed. */
  place(name: string): string {
    return join(this.#folder, name)
  }

  /** Ends the servers and removes every file. */
  async close(): Promise<void> {
    await this.#link?.end()
    await this.#sink.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A file of that size; made at first use. */
  #file(size: number): string {
    const path = join(this.#folder, `file-${size}`)
    if (existsSync(path)) return path
    const block = randomBytes(Math.min(size, BLOCK))
    const hash = createHash('sha256')
    const file = openSync(path, 'w')
    for (let left = size; left > 0; left -= block.length) {
      const piece = block.subarray(0, Math.min(left, block.length))
      writeSync(file, piece)
      if (this.#verify) hash.update(piece)
    }
    closeSync(file)
    if (this.#verify) this.#hashes.set(size, hash.digest('hex'))
    return path
  }
}
