/**
 * Defects of what a session sends: ids, sequence numbers, acknowledgements, salts, what goes out again.
 */
import type { Defects } from '../defect.ts'

const SESSION = 'src/transport/session/session.ts'
const OUTBOX = 'src/transport/session/outbox.ts'

export const SESSION_DEFECTS: Defects = {
  'no-resend': {
    what: 'what was sent on a lost connection is not sent again on the next',
    file: SESSION,
    find: 'call.askedAt = LONG_AGO\n      else this.resend(call)',
    replace: 'call.askedAt = LONG_AGO',
    within: 20,
  },
  'reset-forgets-calls': {
    what: 'a new session does not take over the calls of the one before',
    file: SESSION,
    find: 'for (const call of this.sent.values()) this.resend(call)\n    this.sent.clear()',
    replace: 'this.sent.clear()',
    within: 10,
  },
  'seqno-after-reset': {
    what: 'a new session goes on with the sequence numbers of the one before',
    file: SESSION,
    find: 'this.ids = new MessageIds()',
    replace: 'this.ids ??= new MessageIds()',
    within: 10,
  },
  'same-msg-id': {
    what: 'a call that is sent again keeps its msg_id',
    file: OUTBOX,
    find: 'call.msgId = call.containerId = add(true, (msgId) => write(call, writer, msgId))',
    replace: `const former = call.msgId
        const next = ids.next
        if (former) ids.next = () => former
        call.msgId = call.containerId = add(true, (msgId) => write(call, writer, msgId))
        ids.next = next`,
    within: 10,
  },
  'container-id-first': {
    what: 'a container has a lower msg_id than what it holds',
    file: OUTBOX,
    find: 'msgId = ids.next(serverTime)\n      seqno',
    replace: 'msgId = put[0]! - 4n\n      seqno',
    within: 10,
  },
  'container-is-content': {
    what: 'containers count as content',
    file: OUTBOX,
    find: 'seqno = ids.seqno(false)',
    replace: 'seqno = ids.seqno(true)',
    within: 10,
  },
  'ack-is-content': {
    what: 'acknowledgements count as content',
    file: OUTBOX,
    find: '/_ack|_info|_wait|pong/',
    replace: '/_info|_wait|pong/',
    within: 10,
  },
  'no-acks': {
    what: 'acknowledgements are never sent',
    file: SESSION,
    find: "this.send({ _: 'msgs_ack', msgIds: [...new Set(this.acks.splice(0, MAX_IDS))] })",
    replace: 'this.acks.splice(0, MAX_IDS)',
    within: 10,
  },
  'acks-twice': {
    what: 'each acknowledgement is sent twice',
    file: SESSION,
    find: 'if (this.acks.length === 0) this.#acksDue = NEVER',
    replace: `this.outbox.services.push(this.outbox.services.at(-1)!)
      if (this.acks.length === 0) this.#acksDue = NEVER`,
    within: 10,
  },
  'stale-salt': {
    what: 'the salt that the server names is not taken',
    file: 'src/transport/session/salts.ts',
    find: 'this.#current = salt\n    // What held',
    replace: '// What held',
    within: 10,
  },
  'old-salt-back': {
    what: 'what the server said late of an older message brings an older salt back',
    file: 'src/transport/session/salts.ts',
    find: 'if (carried !== this.#current) return\n    const at',
    replace: 'const at',
    within: 300,
  },
  'short-padding': {
    what: 'messages are padded to whole blocks, with fewer than 12 bytes if that will do',
    file: 'src/transport/session/envelope.ts',
    find: 'return 12 + ((4 - length) & 15) + 16 * extra',
    replace: 'return (-length & 15) + 16 * extra',
    within: 10,
  },
  'cancelled-kept': {
    what: 'a call that its caller gave up stays in the books',
    file: SESSION,
    find: 'call.cancelled = true\n    this.forget(call)',
    replace: 'call.cancelled = true',
    within: 40,
  },
  'wrong-clock-sign': {
    what: "the difference to the server's time is taken with the wrong sign",
    file: 'src/transport/session/clock.ts',
    find: 'this.#offset = serverTime - this.#host.now()\n    this.#synced',
    replace: `const wall = this.#host.wallClock()
    this.#offset = wall - (serverTime - wall) - this.#host.now()
    this.#synced`,
    within: 20,
  },
  'clock-goes-back': {
    what: 'message ids follow the clock even where it goes back',
    file: 'src/transport/session/message-id.ts',
    find: 'if (id <= this.#last) id = this.#last - (this.#last & 3n) + 4n + residue',
    replace: 'if (id === this.#last) id += 4n',
    within: 10,
  },
}
