/**
 * Counters: what a client, or all of a process, has done so far.
 *
 * Those of `Counts` only ever rise; what goes up and down stands beside them. Everything is read off the events, so it costs a
 * few additions an event. Nothing here has a clock: times are those that events tell. Clients may share counters; only of the
 * connections that are open, and those opened again, the numbers are then rough where two of them go to the same datacenter.
 */
import type { ClientEvent } from '../client/events.ts'
import { prometheusText } from './prometheus.ts'

/** What only ever rises. */
export interface Counts {
  /** File parts handed to a connection, again or for the first time; acknowledged; and sent again for whatever reason. */
  partsSent: number
  partsAcknowledged: number
  partsRepeated: number
  /** Bytes of files in the parts that were acknowledged. */
  fileBytes: number
  filesStarted: number
  filesDone: number
  /** Bytes given to connections and got of them: all but what proxies, TLS, WebSocket and HTTP add. */
  bytesSent: number
  bytesReceived: number
  /** Calls made, answered, and failed; a call that is repeated is another one. */
  calls: number
  callsAnswered: number
  callsFailed: number
  /** Messages that went out again, on the next connection or because the server did not take them. */
  resends: number
  /** Waits, of single calls and of all parts together, and how long they were. */
  waits: number
  secondsWaited: number
  /** Connections opened; lost, or not to be had; opened again after that. */
  connections: number
  connectionsLost: number
  reconnects: number
  /** Upload lanes given up as nothing moved on them. */
  lanesReplaced: number
  keyExchanges: number
  temporaryKeys: number
  /** Sessions that we, or the server, began anew. */
  sessionResets: number
  serverSessions: number
  saltChanges: number
  messagesRefused: number
  logins: number
  migrations: number
  /** Parts that the server had lost after it had acknowledged them. */
  repairs: number
  filesResumed: number
  filesRestarted: number
  /** All events. */
  events: number
}

/** The counters at a moment. */
export interface Snapshot extends Readonly<Counts> {
  /** Connections that are open now. */
  readonly connectionsOpen: number
  /** Times from call to answer, in ms: how many there were, the shortest, and a smoothed one; `undefined` before the first. */
  readonly roundTrips: {
    readonly count: number
    readonly min: number | undefined
    readonly smoothed: number | undefined
  }
}

/** Counters and the hook that feeds them. */
export interface Counters {
  /** To be given as `onEvent`, or to `combine`; a function that needs no `this`. */
  readonly onEvent: (event: ClientEvent) => void
  /** The counters now; the object is the caller's. */
  snapshot(): Snapshot
  /** The same in the text format of Prometheus, names beginning with `mtproto_upload_`. */
  toPrometheus(): string
}

/** Weight of the newest round trip in the smoothed one. Source: https://www.rfc-editor.org/rfc/rfc6298#section-2 */
const SMOOTHING = 1 / 8

const PART_CALL = /^upload\.save(?:Big)?FilePart$/

function nothing(): Counts {
  return {
    partsSent: 0,
    partsAcknowledged: 0,
    partsRepeated: 0,
    fileBytes: 0,
    filesStarted: 0,
    filesDone: 0,
    bytesSent: 0,
    bytesReceived: 0,
    calls: 0,
    callsAnswered: 0,
    callsFailed: 0,
    resends: 0,
    waits: 0,
    secondsWaited: 0,
    connections: 0,
    connectionsLost: 0,
    reconnects: 0,
    lanesReplaced: 0,
    keyExchanges: 0,
    temporaryKeys: 0,
    sessionResets: 0,
    serverSessions: 0,
    saltChanges: 0,
    messagesRefused: 0,
    logins: 0,
    migrations: 0,
    repairs: 0,
    filesResumed: 0,
    filesRestarted: 0,
    events: 0,
  }
}

/** A connection, as far as it has been heard of. */
interface Link {
  /** How many there are under its name: with forward secrecy an old one may still be open beside the new. */
  open: number
  lost: boolean
}

/**
 * Makes counters.
 *
 * ```ts
 * const counts = counters()
 * const client = await UploadClient.connect({ ...options, onEvent: counts.onEvent })
 * console.log(counts.snapshot().partsAcknowledged)
 * ```
 */
export function counters(): Counters {
  const counts = nothing()
  const links = new Map<string, Link>()
  let connectionsOpen = 0
  /** Until when parts were told to wait: all uploads are told of the same pause. */
  let pausedUntil = 0
  let roundTrips: Snapshot['roundTrips'] = { count: 0, min: undefined, smoothed: undefined }

  const linkOf = ({ dc, lane }: { readonly dc: number; readonly lane: number }): Link => {
    const name = `${dc}/${lane}`
    const link = links.get(name) ?? { open: 0, lost: false }
    links.set(name, link)
    return link
  }
  const closed = (link: Link): void => {
    if (link.open === 0) return
    link.open--
    connectionsOpen--
  }
  const measured = (ms: number): void => {
    const { count, min = ms, smoothed = ms } = roundTrips
    roundTrips = { count: count + 1, min: Math.min(min, ms), smoothed: smoothed + SMOOTHING * (ms - smoothed) }
  }

  const onEvent = (event: ClientEvent): void => {
    counts.events++
    switch (event.type) {
      case 'connected': {
        const link = linkOf(event)
        counts.connections++
        if (link.lost) counts.reconnects++
        link.lost = false
        link.open++
        connectionsOpen++
        return
      }
      case 'disconnected': {
        const link = linkOf(event)
        if (event.error) counts.connectionsLost++
        link.lost = event.retryIn !== undefined
        closed(link)
        return
      }
      case 'closed': {
        const link = linkOf(event)
        link.lost = false
        closed(link)
        return
      }
      case 'exchanging':
        counts.keyExchanges++
        return
      case 'temporary-key':
        counts.temporaryKeys++
        return
      case 'salt':
        counts.saltChanges++
        return
      case 'bad-message':
        counts.messagesRefused++
        return
      case 'session-reset':
        counts.sessionResets++
        return
      case 'server-session':
        counts.serverSessions++
        return
      case 'resend':
        counts.resends++
        if (PART_CALL.test(event.method)) counts.partsRepeated++
        return
      case 'call':
        counts.calls++
        if (event.part !== undefined) counts.partsSent++
        return
      case 'answered':
        counts.callsAnswered++
        measured(event.ms)
        return
      case 'failed':
        counts.callsFailed++
        return
      case 'traffic':
        counts.bytesSent += event.sent
        counts.bytesReceived += event.received
        return
      case 'wait':
        counts.waits++
        counts.secondsWaited += event.seconds
        return
      case 'pause': {
        const { until, seconds } = event
        if (until <= pausedUntil + 1) return
        counts.waits++
        counts.secondsWaited += Math.min(seconds, (until - pausedUntil) / 1000)
        pausedUntil = until
        return
      }
      case 'start':
        counts.filesStarted++
        return
      case 'part':
        counts.partsAcknowledged++
        counts.fileBytes += event.bytes
        return
      case 'retry':
        counts.partsRepeated++
        return
      case 'stall':
        counts.lanesReplaced++
        return
      case 'done':
        counts.filesDone++
        return
      case 'resume':
        counts.filesResumed++
        return
      case 'restart':
        counts.filesRestarted++
        return
      case 'repair':
        counts.repairs++
        return
      case 'login':
        counts.logins++
        return
      case 'migrate':
        counts.migrations++
        return
      case 'connecting':
      case 'lanes':
      case 'unnoted':
      case 'unremoved':
        return
    }
  }
  const snapshot = (): Snapshot => ({ ...counts, connectionsOpen, roundTrips })
  return { onEvent, snapshot, toPrometheus: () => prometheusText(snapshot()) }
}
