/**
 * What the processes of the benchmark say to each other.
 *
 * A client runs in a process of its own: its job is JSON in the last argument, what it tells goes to file descriptor 3, one
 * JSON object a line. The sink and the link are asked through Node's channel between parent and child.
 */

/** File descriptor on which a client tells its facts. */
export const FACTS = 3

/** What a client is to do. */
export interface Job {
  readonly host: string
  readonly port: number
  readonly dcId: number
  /** Public key of the server, PEM (PKCS#1). */
  readonly key: string
  readonly apiId: number
  readonly apiHash: string
  readonly botToken: string
  /** The file to upload, and its length in bytes. */
  readonly path: string
  readonly size: number
  /** How often, and how many of these uploads at a time. */
  readonly count: number
  readonly concurrency: number
  /** Read from the path by the client's own means, or given to it as a stream of unknown length. */
  readonly source: 'file' | 'stream'
  /** Where the session is kept: a file or folder, for the client to choose. */
  readonly session: string
  /** Where to put a processor profile of the uploads; none when empty. */
  readonly profile: string
}

/** What a client tells. */
export type Fact =
  /** Connected and logged in. */
  | { readonly fact: 'ready' }
  /** The last MessageMedia is there. */
  | ({ readonly fact: 'done' } & Cost)

/** What the uploads cost, beyond start-up. */
export interface Cost {
  /** Seconds of processor time, user and system, since `ready`. */
  readonly cpu: number
  /** Seconds since `ready`. */
  readonly wall: number
  /** Most bytes of memory that the process held at any time. */
  readonly peak: number
}

/** What the sink is started with, as JSON in its last argument. */
export interface SinkOptions {
  /** PKCS#8, so that all sinks of a run have one key. */
  readonly privateKeyPem: string
  /** The whole test DC: every byte is decrypted, checked and kept. */
  readonly verify: boolean
  /** The port that clients are told of, when they come through a link; its own when 0. */
  readonly publicPort: number
}

/** Where the sink is. */
export interface SinkReady {
  readonly host: string
  readonly port: number
  readonly dcId: number
  readonly publicKeyPem: string
  /** Swallows whatever is sent, for the floor. */
  readonly drainPort: number
}

/** What the sink saw since it was last asked. */
export interface SinkReport {
  readonly parts: number
  readonly bytes: number
  /** Answered calls of `messages.uploadMedia`. */
  readonly media: number
  /** Seconds of processor time of the sink since the first part, and seconds between the first part and the last. */
  readonly cpu: number
  readonly wall: number
  /** Seconds between the part in the middle and the last one: the time after slow start. */
  readonly secondHalf: number
  /** Bytes that came in that time. */
  readonly secondHalfBytes: number
  /** Of each file made into media, with `--verify`: SHA-256 in hex. */
  readonly sha256: readonly string[]
}

/** What the link is started with. */
export interface LinkOptions {
  /** Milliseconds there and back. */
  readonly roundTrip: number
  /** Megabits a second, each way. */
  readonly megabits: number
}

/** Nanoseconds of each way to do each task. */
export type MicroResults = Readonly<Record<string, Readonly<Record<string, number>>>>
