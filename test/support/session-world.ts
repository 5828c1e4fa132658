/**
 * A session, a server that keeps its part of the protocol, and a network between them that loses links, delays, repeats and
 * reorders; both ends and the network are moved step by step. What must hold at any time is checked at each step.
 */
import { SecurityError } from '../../src/errors.ts'
import type { ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import type { Call } from '../../src/transport/session/call.ts'
import { ANSWER_RESIDUE, SERVER_RESIDUE } from '../../src/transport/session/message-id.ts'
import { int, result, type Sent, SessionPeer, service } from './session-peer.ts'

/** Constructor id of the first update; those after it follow. */
const UPDATES = 0x55555555

interface Down {
  readonly sessionId: bigint
  readonly msgId: bigint
  readonly seqno: number
  readonly body: Uint8Array
}

/** What the server knows of one session. */
interface Remote {
  readonly id: bigint
  readonly received: Set<bigint>
  /** Calls taken and not answered: number and message id. */
  readonly held: { number: number; msgId: bigint }[]
  /** Content-related messages not acknowledged yet: they are repeated on the next link. */
  readonly unacked: Map<bigint, Down>
  content: number
}

export class SessionWorld {
  readonly peer: SessionPeer = new SessionPeer()
  /** Calls by number. */
  readonly calls: Map<number, Call> = new Map()
  readonly cancelled: Set<number> = new Set()
  /** The server refuses the next packet with this code of `bad_msg_notification`. */
  refuseWith = 0
  /** Nothing can be sent for the moment. */
  stalled = false
  /** How often something happened for which calls have to be sent again. */
  disturbances = 0
  /** Calls that have to go out with the next packets, and those that must not, since a link was lost. */
  #due: Set<number> | undefined
  #kept = new Set<number>()
  readonly #remotes = new Map<bigint, Remote>()
  readonly #sentIds = new Map<bigint, { last: bigint; content: number }>()
  #up: Sent[][] = []
  #down: Down[] = []
  #salt = 77n
  #updates = 0
  #refusals = 0
  /** Sessions heard of on this link. */
  #linked = new Set<bigint>()
  readonly #require: (holds: boolean, rule: string) => void

  /** @param require told of each rule, and whether it holds */
  constructor(require: (holds: boolean, rule: string) => void) {
    this.#require = require
  }

  call(): void {
    const number = this.calls.size
    this.calls.set(number, this.peer.call(number))
  }

  cancel(pick: number): void {
    const open = [...this.calls.keys()].filter((number) => !this.settled(number))
    const number = open[pick % (open.length || 1)]
    if (number === undefined) return
    this.cancelled.add(number)
    this.peer.session.cancel(this.calls.get(number)!)
  }

  outcomesOf(number: number): string[] {
    return this.peer.outcomes.filter((outcome) => new RegExp(`^${number}\\D`).test(outcome))
  }

  settled(number: number): boolean {
    return this.cancelled.has(number) || this.outcomesOf(number).length > 0
  }

  /** Lets the session do what is due, and takes what it wants to send. */
  pump(): void {
    const { session, host } = this.peer
    if (session.mustReconnect || session.tick(host.now()) === 'dead') this.relink()
    if (this.stalled) return
    const packets = this.peer.packets()
    for (const packet of packets) this.#check(packet)
    this.#up.push(...packets)
    if (this.#due) {
      const sent = new Set(packets.flat().map((one) => one.call))
      const lost = [...this.#due].filter((number) => !this.settled(number) && !sent.has(number))
      this.#require(lost.length === 0, 'what was not acknowledged goes out again at once on the next link')
      const again = [...this.#kept].filter((number) => sent.has(number))
      this.#require(again.length === 0, 'what was acknowledged does not')
      this.#due = undefined
    }
    const open = [...this.calls.keys()].filter((number) => !this.settled(number)).length
    this.#require(session.sent.size <= 13 * open, 'no more ids are remembered than the open calls were sent under')
    this.#require(session.pending === open, 'what is open is what was neither settled nor cancelled')
  }

  #check(packet: Sent[]): void {
    for (const one of packet) {
      const book = this.#sentIds.get(one.sessionId) ?? { last: 0n, content: 0 }
      this.#sentIds.set(one.sessionId, book)
      this.#require(one.msgId > book.last && one.msgId % 4n === 0n, 'a message has a fresh id, above all before it')
      this.#require(one.seqno >> 1 === book.content, 'a seqno counts the content-related messages before it')
      if (one.seqno & 1) book.content++
      book.last = one.msgId
      if (one.call === undefined) continue
      this.#require(one.seqno % 2 === 1, 'a call is content-related')
      this.#require(!this.settled(one.call), 'nothing that was settled or cancelled is sent')
    }
    const [{ container, sessionId }] = packet as [Sent]
    if (container === 0n) return
    this.#require(container > this.#sentIds.get(sessionId)!.last, 'a container has an id above those in it')
    this.#sentIds.get(sessionId)!.last = container
  }

  /** The link is lost with all that is under way on it, and there is another. */
  relink(): void {
    const { session, host } = this.peer
    this.disturbances++
    this.stalled = false
    this.#up = []
    this.#down = []
    this.#linked = new Set()
    const open = [...this.calls].filter(([number]) => !this.settled(number))
    this.#kept = new Set(open.filter(([, call]) => call.acked).map(([number]) => number))
    this.#due = new Set(open.map(([number]) => number).filter((number) => !this.#kept.has(number)))
    session.disconnected(host.now())
    session.connected(host.now())
  }

  /** The server forgets all sessions. */
  restart(): void {
    this.#remotes.clear()
    this.relink()
  }

  rotateSalt(): void {
    this.disturbances++
    this.#salt++
  }

  /** Somebody sets the clock of our machine; the server's goes on. */
  jumpWallClock(ms: number): void {
    this.peer.host.jumpWallClock(ms)
    this.peer.ahead -= ms
  }

  /** The server tells of something that nobody asked about. */
  update(): void {
    for (const remote of this.#remotes.values()) {
      if (this.#linked.has(remote.id)) this.#send(remote, int(UPDATES + this.#updates++), true, SERVER_RESIDUE)
    }
  }

  /** The server says again what was not acknowledged. */
  repeat(): void {
    for (const remote of this.#remotes.values())
      if (this.#linked.has(remote.id)) this.#down.push(...remote.unacked.values())
  }

  /** Number of messages that the server has no acknowledgement of, in a session heard of on this link. */
  get unacknowledged(): number {
    const { id } = this.peer.session
    return this.#linked.has(id) ? this.#remotes.get(id)!.unacked.size : 0
  }

  /** The next packet reaches the server. */
  deliverUp(): void {
    const packet = this.#up.shift()
    if (!packet) return
    const [first] = packet as [Sent]
    const badMsgId = first.container || first.msgId
    const bad = { badMsgId, badMsgSeqno: first.seqno }
    const remote = this.#remotes.get(first.sessionId) ?? {
      id: first.sessionId,
      received: new Set(),
      held: [],
      unacked: new Map(),
      content: 0,
    }
    if (first.salt !== this.#salt) {
      this.#say(remote, { _: 'bad_server_salt', ...bad, errorCode: 48, newServerSalt: this.#salt })
      return
    }
    const errorCode = this.refuseWith
    this.refuseWith = 0
    if (errorCode > 0) {
      this.disturbances++
      this.#say(remote, { _: 'bad_msg_notification', ...bad, errorCode })
      return
    }
    if (!this.#remotes.has(remote.id)) {
      this.#remotes.set(remote.id, remote)
      const created = { firstMsgId: first.msgId, uniqueId: remote.id, serverSalt: this.#salt }
      this.#say(remote, { _: 'new_session_created', ...created }, true)
    }
    if (!this.#linked.has(remote.id)) this.#down.push(...remote.unacked.values())
    this.#linked.add(remote.id)
    for (const one of packet) this.#take(remote, one)
  }

  #take(remote: Remote, one: Sent): void {
    remote.received.add(one.msgId)
    if (one.call !== undefined) remote.held.push({ number: one.call, msgId: one.msgId })
    const message = one.service
    if (message?._ === 'msgs_ack') for (const id of message.msgIds) remote.unacked.delete(id)
    if (message?._ === 'ping_delay_disconnect') {
      this.#say(remote, { _: 'pong', msgId: one.msgId, pingId: message.pingId })
    }
    if (message?._ === 'msgs_state_req') {
      const info = Uint8Array.from(message.msgIds, (id) => (remote.received.has(id) ? 4 : 1))
      this.#say(remote, { _: 'msgs_state_info', reqMsgId: one.msgId, info })
    }
    if (message?._ === 'msg_resend_req') {
      for (const id of message.msgIds) {
        const again = remote.unacked.get(id)
        if (again) this.#down.push(again)
      }
    }
    if (message?._ === 'destroy_session') {
      this.#remotes.delete(message.sessionId)
      this.#say(remote, { _: 'destroy_session_ok', sessionId: message.sessionId })
    }
    if (message?._ === 'rpc_drop_answer') {
      const at = remote.held.findIndex(({ msgId }) => msgId === message.reqMsgId)
      if (at >= 0) remote.held.splice(at, 1)
      const answer = service({ _: at >= 0 ? 'rpc_answer_dropped_running' : 'rpc_answer_unknown' })
      this.#send(remote, result(one.msgId, answer), true, ANSWER_RESIDUE)
    }
  }

  /** The server acknowledges what it has not answered. */
  acknowledge(): void {
    for (const remote of this.#remotes.values()) {
      if (this.#linked.has(remote.id))
        this.#say(remote, { _: 'msgs_ack', msgIds: remote.held.map(({ msgId }) => msgId) })
    }
  }

  /** The server answers one of the calls that it holds; `quietly`: it only says that the answer is there. */
  answer(pick: number, quietly = false): boolean {
    for (const remote of this.#remotes.values()) {
      const [one] = remote.held.splice(pick % (remote.held.length || 1), 1)
      if (!one) continue
      const body = result(one.msgId, int(10 * one.number))
      const answer = this.#send(remote, body, true, ANSWER_RESIDUE, !quietly && this.#linked.has(remote.id))
      const info = { msgId: one.msgId, answerMsgId: answer.msgId, bytes: body.length, status: 0 }
      if (quietly && this.#linked.has(remote.id)) this.#say(remote, { _: 'msg_detailed_info', ...info })
      return true
    }
    return false
  }

  #say(remote: Remote, message: ServerMessage, content = false): void {
    this.#send(remote, service(message), content, SERVER_RESIDUE)
  }

  #send(remote: Remote, body: Uint8Array, content: boolean, residue: bigint, now = true): Down {
    const msgId = this.peer.ids.next(this.peer.serverTime, residue)
    const seqno = 2 * remote.content + (content ? 1 : 0)
    const down = { sessionId: remote.id, msgId, seqno, body }
    if (content) {
      remote.content++
      remote.unacked.set(msgId, down)
    }
    if (now) this.#down.push(down)
    return down
  }

  /** One of the server's messages arrives, in any order, once or twice. */
  deliverDown(pick: number, twice = false): void {
    const at = pick % (this.#down.length || 1)
    const [one] = twice ? this.#down.slice(at, at + 1) : this.#down.splice(at, 1)
    if (!one) return
    const { session, host } = this.peer
    try {
      session.receive(this.peer.plain(one.body, one), host.now())
    } catch (error) {
      // The very first message, on which the clock is set, may have been under way for long: one of later is then refused.
      this.#require(error instanceof SecurityError && ++this.#refusals < 3, 'what an honest server says is taken')
      this.relink()
    }
    // What else is on the way was for the session that is over.
    if (session.mustReconnect) this.relink()
  }

  get idle(): boolean {
    return this.#up.length + this.#down.length === 0
  }
}
