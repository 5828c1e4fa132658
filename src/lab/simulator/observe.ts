/**
 * Looks into the client while it runs: which packets its sessions accept, which calls they carry, what they remember.
 *
 * The client has no hooks for that, and needs none: methods of its classes are wrapped here, once a process. Only sessions
 * of the run that watches are told of; who they belong to is known by their source of random bytes, one a machine.
 */
import type { RandomSource } from '../../host.ts'
import { KeyExchange } from '../../transport/exchange/exchange.ts'
import type { Call, CallRequest } from '../../transport/session/call.ts'
import { SeenIds } from '../../transport/session/seen-ids.ts'
import { Session } from '../../transport/session/session.ts'

/** What is told. */
export interface Observer {
  /** A call was made: what to make it with instead. */
  onCall(session: Session, request: CallRequest): CallRequest
  /** A call was given up by its caller. */
  onCancel(session: Session, call: Call): void
  /** A packet was decrypted: called before the session has it; the function returned is called if it is accepted. */
  onReceive(session: Session, plain: Uint8Array): () => void
  /** A session has a connection again. */
  onConnected(session: Session): void
  /** A session has lost its connection. */
  onDisconnected(session: Session): void
  /** A key exchange went on with an answer of the server's. */
  onExchange(body: Uint8Array): void
  /** A set of message ids took an id as new. */
  onFresh(ids: SeenIds, id: bigint): void
}

let observer: Observer | undefined
let machines: ReadonlySet<RandomSource> = new Set()
let installed = false

/** Tells `next` of all sessions whose random bytes come from one of `randoms`, and nobody else any more. */
export function observe(next: Observer | undefined, randoms: Iterable<RandomSource> = []): void {
  install()
  observer = next
  machines = new Set(randoms)
}

function of(session: Session): Observer | undefined {
  return machines.has(session.options.random) ? observer : undefined
}

function install(): void {
  if (installed) return
  installed = true
  // They are called with the object that they belong to.
  /* oxlint-disable typescript/unbound-method */
  const { call, cancel, receive, connected, disconnected } = Session.prototype
  const { add } = SeenIds.prototype
  const { receive: answer } = KeyExchange.prototype
  /* oxlint-enable typescript/unbound-method */
  Session.prototype.call = function (request) {
    return call.call(this, of(this)?.onCall(this, request) ?? request)
  }
  Session.prototype.cancel = function (one) {
    of(this)?.onCancel(this, one)
    cancel.call(this, one)
  }
  Session.prototype.receive = function (plain, now) {
    const accepted = of(this)?.onReceive(this, plain)
    receive.call(this, plain, now)
    accepted?.()
  }
  Session.prototype.connected = function (now) {
    of(this)?.onConnected(this)
    connected.call(this, now)
  }
  Session.prototype.disconnected = function (now) {
    of(this)?.onDisconnected(this)
    disconnected.call(this, now)
  }
  KeyExchange.prototype.receive = function (body) {
    const copy = body.slice()
    const step = answer.call(this, body)
    observer?.onExchange(copy)
    return step
  }
  SeenIds.prototype.add = function (id) {
    const fresh = add.call(this, id)
    if (fresh) observer?.onFresh(this, id)
    return fresh
  }
}
