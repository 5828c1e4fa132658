/**
 * What a run will do: machines, clients and their work, faults and how often.
 *
 * Plain data, drawn from the seed before the run begins (`draw-plan.ts`), so that it can be printed. What happens on the way
 * (where exactly a connection is cut, which call fails) is drawn from further streams of the same seed, at the rates that
 * stand here.
 */
import type { TransportName } from '../../transport/transport-name.ts'
import type { ClockFault } from './host.ts'

/** Kinds of faults; each is on or off in a run, so that all combinations are met. */
export const FAULT_CLASSES = [
  'cut',
  'half-open',
  'stall',
  'refuse',
  'split',
  'slow',
  'corrupt',
  'loss',
  'attack',
  'restart',
  'salts',
  'keys',
  'outage',
  'clock',
  'bad-message',
  'server-error',
  'flood',
  'silence',
  'hang-up',
  'late',
  'transport-error',
  'refusal',
  'lost-parts',
  'migration',
  'lies',
  'sag',
  'few-lanes',
  'kill',
] as const

/** A kind of faults. */
export type FaultClass = (typeof FAULT_CLASSES)[number]

/** One datacenter. */
export interface DcPlan {
  readonly id: number
  readonly clock: ClockFault
  readonly gzip: 'auto' | 'always' | 'never'
  readonly containers: 'auto' | 'always' | 'never'
  readonly ackDelay: number
  readonly resendLimit: number
  readonly strictAcks: boolean
}

/** One thing a client does. */
export type Operation =
  | UploadOperation
  | ManyOperation
  | { readonly kind: 'resolve'; readonly at: number; readonly username: string }
  | { readonly kind: 'users'; readonly at: number; readonly names: readonly string[] }
  | { readonly kind: 'config'; readonly at: number }

export interface UploadOperation {
  readonly kind: 'upload'
  readonly at: number
  readonly what: 'photo' | 'document'
  readonly size: number
  /** Sent as a stream of unknown length. */
  readonly stream: boolean
  readonly partSize: number | undefined
  readonly peer: 'me' | 'empty' | '@test_group'
  /** Aborted so many milliseconds after it began. */
  readonly abortAfter: number | undefined
}

/** Several files by one call, one of which cannot be read. */
export interface ManyOperation {
  readonly kind: 'many'
  readonly at: number
  readonly sizes: readonly number[]
  /** Index of the file that cannot be read to its end. */
  readonly unreadable: number
  readonly concurrency: number
}

/** One client. */
export interface ClientPlan {
  readonly name: string
  readonly transport: TransportName
  readonly clock: ClockFault
  /** Starts with a stored session, whose key both ends have without an exchange. */
  readonly stored: boolean
  /** The stored salt is out of date. */
  readonly staleSalt: boolean
  /** DC it turns to first, and where its account lives: logging in elsewhere moves it there. */
  readonly dc: number
  readonly home: number
  readonly lanes: number
  /** Bytes that uploads may have under way, over all lanes; what the client finds unless told. */
  readonly narrow: number | undefined
  /** Calls travel under temporary keys that live for so many seconds. */
  readonly forwardSecrecy: number | undefined
  readonly operations: readonly Operation[]
  /** When it closes and connects anew from what it stored. */
  readonly reopens: readonly number[]
  /** When its process is killed, and begun anew. */
  readonly kills: readonly number[]
}

/** How the links behave; rates are in a thousand links, but for those of `meddling`: in a thousand packets. */
export interface NetworkPlan {
  readonly latency: readonly [number, number]
  readonly jitter: number
  /** Bytes per millisecond. */
  readonly bandwidth: number
  readonly pieces: 'whole' | 'some' | 'bytes'
  readonly cut: number
  readonly halfOpen: number
  readonly stall: number
  readonly refuse: number
  readonly unanswered: number
  readonly corrupt: number
  /** Links that become slow. */
  readonly sag: number
  /** Clients that may have one connection only. */
  readonly limited: readonly string[]
  readonly meddle: number
  readonly meddling: Meddling
}

/** What somebody between the two does to packets. */
export interface Meddling {
  readonly drop: number
  readonly duplicate: number
  readonly delay: number
  readonly swap: number
  readonly flip: number
  readonly truncate: number
  readonly replay: number
  readonly reflect: number
  readonly cross: number
  /** Forged with so much luck that a byte of msg_key is right. */
  readonly luck: number
}

/** How the servers treat calls; rates are in a thousand calls. */
export interface RequestPlan {
  readonly serverError: number
  readonly flood: number
  readonly badMessage: number
  readonly silence: number
  readonly hangUp: number
  readonly late: number
  readonly transportError: number
  readonly refusal: number
  readonly lostPart: number
  readonly networkMigrate: number
  /** Messages of a container are sent in another order. */
  readonly shuffle: number
  /** Servers break a rule in a message that they seal, or in an answer of a key exchange. */
  readonly lie: number
}

/** A fault that comes at a moment of its own. */
export interface TimedFault {
  readonly at: number
  readonly kind:
    | 'restart'
    | 'rotate-salts'
    | 'restart-and-rotate'
    | 'forget-keys'
    | 'outage'
    | 'disconnect'
    | 'server-clock'
    | 'client-clock'
  /** Index of the DC, or of the client for its clock. */
  readonly target: number
  /** Milliseconds: of an outage, or of a clock's jump. */
  readonly ms: number
}

/** A whole run. */
export interface Plan {
  readonly seed: number
  /** Faults stop at this millisecond. */
  readonly until: number
  readonly classes: readonly FaultClass[]
  readonly dcs: readonly DcPlan[]
  readonly clients: readonly ClientPlan[]
  readonly network: NetworkPlan
  readonly requests: RequestPlan
  readonly timed: readonly TimedFault[]
}

/** Usernames in every world. */
export const NAMES: readonly string[] = ['alice', 'bobby', 'carol', 'daniel']
