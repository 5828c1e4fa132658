/**
 * Defects of connections and datacenters: dialling, reconnecting, keys, lanes, what is left behind.
 */
import type { Defects } from '../defect.ts'

const CONNECTION = 'src/transport/connection.ts'
const LIMITS = 'src/transport/limits.ts'
const DATACENTER = 'src/transport/datacenter.ts'
const OBFUSCATION = 'src/transport/framing/obfuscation.ts'

export const CONNECTION_DEFECTS: Defects = {
  'no-pause': {
    what: 'a lost connection is dialled again without a pause',
    file: CONNECTION,
    find: 'return pause * (0.75 + randomBytes(host.random, 1)[0]! / 512)',
    replace: 'return 0 * pause',
    within: 60,
  },
  'no-reconnect': {
    what: 'a lost connection is not dialled again',
    file: CONNECTION,
    find: 'if (!error) return 0\n',
    replace: 'if (error) return undefined\n',
    within: 20,
  },
  'key-lost-at-once': {
    what: 'a single "no such key", which anybody may say, ends the login',
    file: LIMITS,
    find: 'const KEY_UNKNOWN_TIMES = 2',
    replace: 'const KEY_UNKNOWN_TIMES = 1',
    within: 300,
  },
  'key-never-lost': {
    what: 'a key that the server has forgotten is kept for ever',
    file: CONNECTION,
    find: 'if (++this.#keyUnknown >= KEY_UNKNOWN_TIMES) {',
    replace: 'if (++this.#keyUnknown < 0) {',
    within: 10,
  },
  'exchange-for-ever': {
    what: 'a key exchange may take for ever',
    file: LIMITS,
    find: 'const EXCHANGE_WITHIN = 20_000',
    replace: 'const EXCHANGE_WITHIN = 2_000_000',
    within: 60,
  },
  'timer-left': {
    what: 'a timer is left after the client was closed',
    file: CONNECTION,
    find: 'this.#dialling = undefined\n    this.#timer?.cancel()',
    replace: 'this.#dialling = undefined',
    within: 10,
  },
  'carrier-left': {
    what: 'a connection is left open after the client was closed',
    file: CONNECTION,
    find: 'carrier?.close()',
    replace: "if (this.#state !== 'closed') carrier?.close()",
    within: 10,
  },
  'listener-left': {
    what: 'a listener is left on the signal of a call that is done',
    file: DATACENTER,
    find: "signal?.removeEventListener('abort', onAbort)\n          finish()",
    replace: 'finish()',
    within: 10,
  },
  'abort-unheard': {
    what: 'a call does not end when it is aborted',
    file: DATACENTER,
    find: 'connection.cancel(call)\n          settle(() => reject(signal!.reason))',
    replace: 'connection.cancel(call)',
    within: 20,
  },
  'same-keystream': {
    what: 'each obfuscated connection begins with the same header, and so has the same keys',
    file: OBFUSCATION,
    find: 'const numbers = view(random(header))',
    replace: 'const numbers = view(header.fill(7))',
    within: 10,
  },
  'keys-swapped': {
    what: 'the keys of the obfuscation are swapped',
    file: OBFUSCATION,
    find: 'return { framing, dc, encrypt, decrypt, header }',
    replace: 'return { framing, dc, encrypt: decrypt, decrypt: encrypt, header }',
    within: 10,
  },
  'keystream-restarts': {
    what: 'what follows the header of an obfuscated connection is not encrypted from where the header ends',
    file: OBFUSCATION,
    find: 'const encrypted = encrypt.apply(header.slice())',
    replace: 'const encrypted = streamOf(crypto, header, secret).apply(header.slice())',
    within: 10,
  },
  'old-generation-fails': {
    what: 'calls under a temporary key that is over fail instead of going to the next',
    file: 'src/transport/forward-secrecy.ts',
    find: "return error instanceof TransportError && error.code === 'CLIENT_CLOSED'",
    replace: 'return false',
    within: 300,
  },
}
