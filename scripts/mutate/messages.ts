/** The checks of encrypted messages, each taken out or bent: what the row's test in SECURITY.md must notice. */
import type { Mutations } from './mutation.ts'

/** By the rule, as it stands in the table. */
export const MESSAGES: Mutations = {
  'auth_key_id is that of our key': [{ find: '!equal(packet.subarray(0, 8), authKey.id) || ', replace: '' }],
  'the ciphertext is whole blocks, one at least': [
    { find: 'plain.length % 16 !== 0 || plain.length < 16', replace: 'plain.length < 16' },
    { find: ' || plain.length < 16', replace: '' },
  ],
  'msg_key is the middle of SHA-256 over the *whole* plaintext, padding included': [
    {
      find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey) ? plain : undefined',
      replace: 'return plain',
    },
    {
      find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey)',
      replace: 'return equal(messageKey(crypto, authKey.bytes, from, plain.subarray(0, -4)), msgKey)',
    },
  ],
  'it is compared whole, before any field is read': [
    {
      find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey)',
      replace: 'return equal(messageKey(crypto, authKey.bytes, from, plain).subarray(0, 1), msgKey.subarray(0, 1))',
    },
  ],
  'in constant time': [{ find: 'difference |= a[i]! ^ b[i]!', replace: 'if (a[i] !== b[i]) return false' }],
  'each side has its own stretch of the key: what the client sent cannot be sent back to it': [
    { find: "from === 'client' ? 0 : 8", replace: "from === 'client' ? 0 : 0" },
  ],
  'every refusal has the same class, code, words and work': [
    {
      find: '    if (!ours || length',
      replace: "    if (!ours) throw new SecurityError('MESSAGE_REFUSED', 'another session')\n    if (length",
    },
  ],
  'no byte of a packet can be changed: nothing is used, the connection closes': [
    {
      find: 'return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey) ? plain : undefined',
      replace: 'return plain',
    },
  ],
  'session_id is ours': [
    { find: 'if (!ours || length', replace: 'if (length' },
    {
      find: 'head.getBigInt64(8, true) === this.#sessionId',
      replace: 'head.getInt32(8, true) === Number(BigInt.asIntN(32, this.#sessionId))',
    },
  ],
  'length is at least 4, divisible by 4 and inside the plaintext': [
    {
      find: 'length < 4 || length % 4 !== 0 || padding < MIN_PADDING',
      replace: 'length % 4 !== 0 || padding < MIN_PADDING',
    },
    { find: 'length < 4 || length % 4 !== 0 || padding < MIN_PADDING', replace: 'length < 4 || padding < MIN_PADDING' },
  ],
  'padding is at least 12 bytes': [
    { find: 'padding < MIN_PADDING ||', replace: 'padding < MIN_PADDING - 4 ||' },
    { find: 'padding < MIN_PADDING ||', replace: 'padding <= MIN_PADDING ||' },
  ],
  'padding is at most 1024 bytes': [{ find: 'padding > MAX_PADDING', replace: 'padding > MAX_PADDING + 16' }],
  "msg_id is odd: a server's": [
    {
      find: 'if ((msgId & 1n) !== 1n || id === MSG_CONTAINER) throw refused()',
      replace: 'if (id === MSG_CONTAINER) throw refused()',
    },
  ],
  'msg_id was not seen before; when the set is full, what is below all remembered ids counts as seen': [
    {
      find: 'export const SEEN_IDS = 2000',
      replace: 'export const SEEN_IDS = 900',
      file: 'src/transport/session/limits.ts',
    },
    { find: 'if (id <= this.#floor || ids[at] === id) return false', replace: 'if (ids[at] === id) return false' },
  ],
  'a replayed message is not used again': [
    { find: '    ids.splice(at, 0, id)\n', replace: '', file: 'src/transport/session/seen-ids.ts' },
  ],
  'not older than 300 s once the clock is synced': [
    { find: 'MAX_AGE = 300_000', replace: 'MAX_AGE = 301_500', file: 'src/transport/session/limits.ts' },
    { find: 'MAX_AGE = 300_000', replace: 'MAX_AGE = 298_500', file: 'src/transport/session/limits.ts' },
  ],
  'not more than 30 s ahead': [
    { find: 'MAX_AHEAD = 30_000', replace: 'MAX_AHEAD = 31_500', file: 'src/transport/session/limits.ts' },
    { find: 'MAX_AHEAD = 30_000', replace: 'MAX_AHEAD = 28_500', file: 'src/transport/session/limits.ts' },
  ],
  "a container's own id is held to the same window": [
    {
      find: 'isNotice(reader.peekId()))) this.#checkTime(msgId)',
      replace: 'isNotice(reader.peekId()))) this.#age(msgId)',
    },
  ],
  'notifications about a wrong clock or salt are let through the window of time': [
    { find: 'return id === BAD_MSG_NOTIFICATION || id === BAD_SERVER_SALT', replace: 'return id === BAD_SERVER_SALT' },
    {
      find: 'return id === BAD_MSG_NOTIFICATION || id === BAD_SERVER_SALT',
      replace: 'return id === BAD_MSG_NOTIFICATION',
    },
  ],
  'but not those about messages that we never sent': [
    { find: 'session.recent.get(bad)', replace: 'session.recent.get(bad) ?? [...session.recent.values()][0]' },
  ],
  'the parity of seqno fits the content, packed or not': [
    {
      find: 'if (!content || reader.remaining < 16) throw refused()',
      replace: 'if (reader.remaining < 16) throw refused()',
    },
    { find: 'if (id === MSGS_ACK && content) throw refused()', replace: '' },
  ],
  "a container's is even": [
    { find: '(containerId & 1n) !== 1n || (seqno & 1) !== 0', replace: '(containerId & 1n) !== 1n' },
  ],
  'a container holds no container, packed or not': [
    {
      find: 'if (id === MSG_CONTAINER || id === GZIP_PACKED) throw refused()',
      replace: 'if (id === GZIP_PACKED) throw refused()',
    },
  ],
  'the ids inside a container are below its own': [
    { find: ' || msgId >= containerId', replace: '' },
    { find: 'msgId >= containerId', replace: 'msgId > containerId' },
  ],
  'counts and lengths inside a container stay inside it': [
    { find: ' || length > reader.remaining', replace: '' },
    {
      find: 'if (length < 4 || length % 4 !== 0 || length > reader.remaining',
      replace: 'if (length % 4 !== 0 || length > reader.remaining',
    },
  ],
  'everything in a packet is checked before any of it is used': [
    { find: 'if (!(error instanceof TlError) || error.offset !== start) throw refused()', replace: '' },
  ],
  'every message in a container is acknowledged on its own, the container is not': [
    { find: 'const acks = parts.filter(', replace: 'const acks = parts.slice(0, 1).filter(' },
  ],
  'what is packed unpacks to a bounded size, all of a packet together': [
    { find: '  room.left -= size\n  if (room.left < 0) failed()', replace: '  if (size > room.left) failed()' },
  ],
  'what is packed is sound, and not packed twice': [
    {
      find: 'if (id === MSG_CONTAINER || id === GZIP_PACKED) throw refused()',
      replace: 'if (id === MSG_CONTAINER) throw refused()',
    },
  ],
  'an unknown constructor does not end the connection': [
    { find: 'if (!(error instanceof TlError) || error.offset !== start) throw refused()', replace: 'throw refused()' },
  ],
  'inside of an answer it rejects that call alone': [
    { find: '  } catch (error) {\n    failed(error)\n  }', replace: '  } catch (error) {\n    throw error\n  }' },
  ],
  'answers are taken in any order': [
    {
      find: 'if (id <= this.#floor || ids[at] === id) return false',
      replace: 'if (id <= this.#floor || at < ids.length) return false',
      file: 'src/transport/session/seen-ids.ts',
    },
  ],
  'what is sent again gets a fresh msg_id': [
    {
      find: 'if (id <= this.#last) id = this.#last - (this.#last & 3n) + 4n + residue',
      replace: '',
      file: 'src/transport/session/message-id.ts',
    },
  ],
  'no secret is ever printed, thrown or told': [
    {
      find: "remove it and log in again') ?? ''}`,",
      replace: "remove it and log in again') ?? ''}`,\n{ cause: error },",
    },
  ],
}
