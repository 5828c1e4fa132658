/**
 * Defects of what a session accepts: the checks of the security guidelines, one by one, and those of the key exchange.
 */
import type { Defects } from '../defect.ts'

const INBOX = 'src/transport/session/inbox.ts'
const ENVELOPE = 'src/transport/session/envelope.ts'
const SEEN = 'src/transport/session/seen-ids.ts'
const STEPS = 'src/transport/exchange/steps.ts'

export const INBOX_DEFECTS: Defects = {
  'msg-key-first-byte': {
    what: 'of msg_key only the first byte is compared',
    file: ENVELOPE,
    find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey) ? plain : undefined',
    replace: 'return messageKey(crypto, authKey.bytes, from, plain)[0] === msgKey[0] ? plain : undefined',
    within: 300,
  },
  'msg-key-last-byte': {
    what: 'of msg_key only the last byte is compared',
    file: ENVELOPE,
    find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey) ? plain : undefined',
    replace: 'return messageKey(crypto, authKey.bytes, from, plain)[15] === msgKey[15] ? plain : undefined',
    within: 300,
  },
  reflection: {
    what: 'both directions use the same stretch of the key, so that what is sent back to its sender is opened',
    file: 'src/crypto/message-key.ts',
    find: "return from === 'client' ? 0 : 8",
    replace: 'return 0',
    within: 120,
  },
  'any-session': {
    what: 'the session id is not compared',
    file: INBOX,
    find: 'if (!ours || length < 4',
    replace: 'if (length < 4',
    within: 120,
  },
  'no-time-window': {
    what: 'messages are accepted whatever their age',
    file: INBOX,
    find: 'if (age > MAX_AGE || age < -MAX_AHEAD) throw refused()',
    replace: '',
    within: 300,
  },
  'one-seen-id': {
    what: 'the replay set remembers one id',
    file: SEEN,
    find: 'if (ids.length > this.#capacity) this.#floor = ids.shift()!',
    replace: 'if (ids.length > 1) ids.shift()',
    within: 60,
  },
  'any-padding': {
    what: 'the length of the padding is not checked',
    file: INBOX,
    find: ' || padding < MIN_PADDING || padding > MAX_PADDING',
    replace: '',
    within: 60,
  },
  'any-parity': {
    what: "a msg_id of the client's kind is accepted from the server",
    file: INBOX,
    find: 'if ((msgId & 1n) !== 1n || id === MSG_CONTAINER) throw refused()',
    replace: 'if (id === MSG_CONTAINER) throw refused()',
    within: 300,
  },
  'nested-containers': {
    what: 'a container within a container is passed over instead of refused',
    file: INBOX,
    find: 'if ((msgId & 1n) !== 1n || id === MSG_CONTAINER) throw refused()',
    replace: 'if ((msgId & 1n) !== 1n) throw refused()\n    if (id === MSG_CONTAINER) return false',
    within: 300,
  },
  'gzip-bomb': {
    what: 'what is packed may unpack to any size',
    file: INBOX,
    find: 'if (room.left < 0) failed()',
    replace: '',
    within: 60,
  },
  'inner-acks': {
    what: 'messages within containers are not acknowledged',
    file: INBOX,
    find: 'const acks = parts.filter(',
    replace: 'const acks = (container ? [] : parts).filter(',
    within: 10,
  },
  'repeats-unacknowledged': {
    what: 'a message that was seen before is not acknowledged again',
    file: INBOX,
    find: 'const acks = parts.filter((part) =>',
    replace: 'const acks = parts.filter((part) => !this.seen.has(part.msgId) &&',
    within: 60,
  },
  'new-nonce-hash': {
    what: 'the end of the key exchange is believed without its hash',
    file: STEPS,
    find: 'if (!equal(hash, newNonceHash(crypto, agreed.newNonce, n, auxHash)))',
    replace: 'if (hash.length !== 16)',
    within: 120,
  },
  'dh-answer-hash': {
    what: 'the SHA-1 of the Diffie-Hellman parameters is not compared',
    file: STEPS,
    find: 'if (equal(crypto.sha1(answer), hash)) return answer',
    replace: 'if (hash) return answer',
    within: 20,
  },
  'any-g-a': {
    what: "the server's half of the key may be any number",
    file: STEPS,
    find: "if (!isSafeDhValue(prime, gA)) refuse(hint(': g_a is out of range'))",
    replace: '',
    within: 120,
  },
  'any-nonce': {
    what: 'the nonce of a key exchange is not compared',
    file: STEPS,
    find: 'if (!equal(message.nonce, nonce)) refuse(',
    replace: 'if (message.nonce.length !== nonce.length) refuse(',
    within: 20,
  },
}
