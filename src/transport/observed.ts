/**
 * Tells more of a datacenter than it tells by itself: each call with the time that it took, the bytes that went over each
 * connection, and how a connection was reached.
 *
 * Nothing of this is in the datacenter: what makes one is wrapped, so that only who listens pays for it. Calls are seen
 * where they come in, bytes where a carrier takes and brings them. What belongs to which lane is known by the order of
 * things: a connection says that it connects right before it dials.
 */
import type { Carrier, CarrierHandlers } from './carrier/carrier.ts'
import type { DatacenterEvent, DatacenterLike, MakeDatacenter } from './datacenter.ts'

/** What happens to calls and bytes. */
export type ObservedEvent = (
  | {
      /** A call is made. `id` counts the calls that a listener was told of; with a repeated one it is another. */
      readonly type: 'call'
      readonly id: number
      readonly method: string
      /** Number of the file part that it carries, and the bytes in it. */
      readonly part?: number | undefined
      readonly bytes?: number | undefined
    }
  /** It was answered, after `ms`. */
  | { readonly type: 'answered'; readonly id: number; readonly method: string; readonly ms: number }
  /** It failed: the server's error, a lost connection, or the reason of an abort. */
  | {
      readonly type: 'failed'
      readonly id: number
      readonly method: string
      readonly ms: number
      readonly error: unknown
    }
  /** Bytes that went over a connection since the last time it was told: with each answer, and at its end. */
  | { readonly type: 'traffic'; readonly sent: number; readonly received: number }
) & {
  readonly dc: number
  readonly lane: number
}

/** Everything that can be told of a datacenter. */
export type WatchedEvent = DatacenterEvent | ObservedEvent

/** Wraps what makes a datacenter, so that it tells more; `way` is how packets travel there. See {@link observed}. */
export type Observe = (make: MakeDatacenter, way?: { readonly name?: string | undefined }) => MakeDatacenter

/** What is kept of a lane. */
interface Lane {
  readonly at: { readonly dc: number; readonly lane: number }
  /** When it began to connect. */
  since: number
  remote: string | undefined
  /** Bytes not told of yet. */
  sent: number
  received: number
}

/** Calls told so far, by listener: an account that moves goes on counting. */
const told = new WeakMap<object, number>()

/**
 * Makes datacenters tell of calls and bytes: events `call`, `answered`, `failed` and `traffic`, and more about `connected`. Does
 * nothing to those that nobody listens to.
 *
 * Built into the client on Node, Bun and Deno; bundles for browsers give it as the option `observe`.
 */
export const observed: Observe = (make, way) => (options) => {
  const { host, onEvent, dial } = options
  // Whoever listens takes the further events too: they are a part of what the client tells.
  const tell = onEvent as ((event: WatchedEvent) => void) | undefined
  if (!tell) return make(options)
  const lanes = new Map<number, Lane>()
  let dialling: Lane | undefined

  const laneOf = (dc: number, lane: number): Lane => {
    const known = lanes.get(lane) ?? { at: { dc, lane }, since: 0, remote: undefined, sent: 0, received: 0 }
    lanes.set(lane, known)
    return known
  }
  /** Tells of the bytes since the last time. */
  const flush = (lane: Lane | undefined): void => {
    if (!lane || lane.sent + lane.received === 0) return
    const { sent, received } = lane
    lane.sent = lane.received = 0
    tell({ type: 'traffic', sent, received, ...lane.at })
  }

  const dc = make({
    ...options,
    onEvent(event) {
      const lane = laneOf(event.dc, event.lane)
      if (event.type === 'connecting') {
        lane.since = host.now()
        lane.remote = undefined
        dialling = lane
      }
      if (event.type !== 'connected') {
        if (event.type === 'disconnected' || event.type === 'closed') flush(lane)
        tell(event)
        return
      }
      tell({ ...event, ms: host.now() - lane.since, transport: way?.name, remote: lane.remote })
    },
    async dial(address, handlers, dialOptions) {
      const lane = dialling
      dialling = undefined
      if (!lane) return dial(address, handlers, dialOptions)
      const counting: CarrierHandlers = {
        onData(chunk) {
          lane.received += chunk.length
          handlers.onData(chunk)
        },
        onClose: (error) => handlers.onClose(error),
        onDrain: () => handlers.onDrain?.(),
      }
      const carrier = await dial(address, counting, dialOptions)
      lane.remote = carrier.remote
      return counted(carrier, lane)
    },
  })

  const { id } = dc
  const invoke: DatacenterLike['invoke'] = dc.invoke.bind(dc)
  const watched: DatacenterLike['invoke'] = (method, request, callOptions) => {
    const lane = callOptions?.lane ?? 0
    const call = { id: (told.get(tell) ?? 0) + 1, method: method.name, dc: id, lane }
    told.set(tell, call.id)
    const begun = host.now()
    const { filePart: part, bytes } = request as { readonly filePart?: unknown; readonly bytes?: unknown }
    const isPart = typeof part === 'number' && bytes instanceof Uint8Array
    tell({ type: 'call', ...call, ...(isPart && { part, bytes: bytes.length }) })
    return invoke(method, request, callOptions).then(
      (result) => {
        flush(lanes.get(lane))
        tell({ type: 'answered', ...call, ms: host.now() - begun })
        return result
      },
      (error: unknown) => {
        flush(lanes.get(lane))
        tell({ type: 'failed', ...call, ms: host.now() - begun, error })
        throw error
      },
    )
  }
  // It was made just now, and nobody else holds it yet.
  return Object.assign(dc, { invoke: watched })
}

/** The carrier, which notes what it is given to send. */
function counted(carrier: Carrier, lane: Lane): Carrier {
  const write: Carrier['write'] = carrier.write.bind(carrier)
  return Object.assign(carrier, {
    write(chunks: readonly Uint8Array[]) {
      for (const { length } of chunks) lane.sent += length
      write(chunks)
    },
  })
}
