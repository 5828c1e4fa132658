/**
 * Fuzzes the reader of stored sessions.
 */
import { concat } from '../../../bytes.ts'
import { decodeSession, encodeSession, type SessionData } from '../../../client/session-data.ts'
import { StorageError } from '../../../errors.ts'
import { same } from '../equal.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

const isPositive = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0

/**
 * Whether a session is what its type says, as far as anything depends on it: the compiler cannot know, since it came from a
 * file. A port that is none is refused when it is dialled, and a salt that is too long is cut and then corrected by the server.
 */
function isSound({ test, dc, address, keys, user }: SessionData): boolean {
  return (
    typeof test === 'boolean' &&
    isPositive(dc) &&
    (address === undefined || typeof address.host === 'string') &&
    [...keys].every(([id, { key, salt }]) => isPositive(id) && key.length === 256 && typeof salt === 'bigint') &&
    (user === undefined || typeof user.id === 'bigint')
  )
}

const minimal: SessionData = { test: false, dc: 2, keys: new Map() }
const full: SessionData = {
  test: true,
  dc: 4,
  address: { host: '10.0.0.1', port: 443 },
  keys: new Map([
    [4, { key: new Uint8Array(256).fill(7), salt: -5n }],
    [2, { key: new Uint8Array(256), salt: 1n << 62n }],
  ]),
  user: { id: 77n, bot: true, username: 'bot' },
}

export const target: FuzzTarget = {
  name: 'session-file',
  about: 'stored sessions: what is read is what its type says, and the same when stored again',
  maxLength: 2048,
  steps: { base: 2000, perByte: 8 },
  memory: { base: 4096, perByte: 2 },
  words: [...new Uint32Array(encoder.encode('"": [ ] { }null,truefalse-1e99,,"a":').slice(0, 36).buffer)],
  seeds: () => [
    ...[minimal, full, { ...minimal, user: { id: 1n, bot: false } }].map((data) => encoder.encode(encodeSession(data))),
    concat(encoder.encode('{"format":"mtproto-upload session","version":2}')),
  ],
  run(input) {
    const first = outcomeOf(() => decodeSession(utf8.decode(input)), StorageError)
    if ('error' in first) return
    must(isSound(first.value), 'a session that is read is what its type says')
    const again = decodeSession(encodeSession(first.value))
    must(same([...again.keys], [...first.value.keys]), 'the keys are the same when stored again')
    must(same({ ...again, keys: 0 }, { ...first.value, keys: 0 }), 'the rest is the same when stored again')
  },
}
