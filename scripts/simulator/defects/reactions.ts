/**
 * Defects of what a session makes of what it is told, and of its watch over the connection.
 */
import type { Defects } from '../defect.ts'

const REACT = 'src/transport/session/react.ts'
const WATCH = 'src/transport/session/watch.ts'

export const REACTION_DEFECTS: Defects = {
  'same-session': {
    what: 'after wrong sequence numbers the session goes on',
    file: REACT,
    find: 'session.reset(`code',
    replace: 'for (const call of calls) session.resend(call)\n  void (`code',
    within: 20,
  },
  'salt-resends-all': {
    what: 'a wrong salt makes everything go out again, not just what was refused',
    file: REACT,
    find: 'for (const call of calls) session.resend(call)\n    // What was said',
    replace: 'for (const call of session.sent.values()) session.resend(call)\n    // What was said',
    within: 10,
  },
  'time-not-taken': {
    what: 'the clock is not set by the server that finds fault with it',
    file: REACT,
    find: 'if (wrongTime) clock.sync(timeOfMsgId(msgId))',
    replace: '',
    within: 120,
  },
  'clock-never-doubted': {
    what: 'a clock that is behind is trusted, whatever the server sends',
    file: 'src/transport/session/inbox.ts',
    find: 'if (age < -MAX_AHEAD) this.#options.clock.doubt()',
    replace: '',
    within: 300,
  },
  'former-id-dropped': {
    what: 'an answer to an earlier sending of a call is passed over',
    file: REACT,
    find: 'if (!call) return\n',
    replace: 'if (call?.msgId !== answered) return\n',
    within: 20,
  },
  'first-call-answered': {
    what: 'any answer is given to the call that waits longest',
    file: REACT,
    find: 'const call = session.sent.get(answered)',
    replace: 'const call = session.sent.get(answered) && [...session.sent.values()][0]',
    within: 20,
  },
  'answer-not-settled': {
    what: 'a call that was answered may be sent again',
    file: REACT,
    find: 'session.forget(call)\n  // Only an answer',
    replace: 'session.outbox.remove(call)\n  // Only an answer',
    within: 10,
  },
  'detailed-info-ignored': {
    what: 'an answer that the server has announced is not asked for',
    file: REACT,
    find: "else session.send({ _: 'msg_resend_req', msgIds: [answer] })",
    replace: '',
    within: 60,
  },
  'no-ping': {
    what: 'no ping is ever sent, so that a dead connection is not found',
    file: WATCH,
    find: 'if (this.#pingSent === NEVER) return this.#heard + (session.sent.size > 0 ? PING_BUSY : PING_IDLE)',
    replace: 'if (this.#pingSent === NEVER) return NEVER',
    within: 60,
  },
  'pong-not-missed': {
    what: 'a ping that stays unanswered has no consequence',
    file: WATCH,
    find: "if (this.#pingSent < NEVER) return 'dead'",
    replace: '',
    within: 60,
  },
  'never-asks': {
    what: 'nobody asks about calls that stay unanswered',
    file: WATCH,
    find: 'if (now >= this.#lookAt) this.#askForAnswers(session, now)',
    replace: 'if (now >= this.#lookAt) this.#lookAt = now + LOOK_EVERY',
    within: 300,
  },
  'work-not-waited-for': {
    what: 'a call that the server is at work on is made again after a lost connection',
    file: REACT,
    find: 'if (!(status & ANSWERED)) call.orphaned = false\n      else if',
    replace: 'if',
    within: 300,
  },
  'unfounded-resend': {
    what: 'calls are sent again after a while although the server has them',
    file: WATCH,
    find: 'call.askedAt = now\n          ids.push(msgId)',
    replace: 'session.resend(call)',
    within: 20,
  },
}
