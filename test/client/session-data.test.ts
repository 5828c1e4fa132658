/** What a stored session may say: anything else is damage, told as such, and found before anything is done with it. */
import { describe, expect, test } from 'vitest'
import { decodeSession, encodeSession, type SessionData } from '../../src/client/session-data.ts'

const full: SessionData = {
  test: true,
  dc: 4,
  address: { host: '10.0.0.1', port: 443 },
  keys: new Map([[4, { key: new Uint8Array(256).fill(7), salt: -5n }]]),
  user: { id: 77n, bot: true, username: 'bot' },
}

test('what is stored is what is read', () => {
  expect(decodeSession(encodeSession(full))).toEqual(full)
})

describe('damage', () => {
  const stored = JSON.parse(encodeSession(full)) as Record<string, unknown>

  test.each([
    ['an address without a host', { address: { port: 443 } }],
    ['an address whose host is a number', { address: { host: 5, port: 443 } }],
    ['an address that is a text', { address: '10.0.0.1:443' }],
    ['a key of another length', { keys: [[4, 'ab', '0']] }],
    ['a salt that is no number', { keys: [[4, '07'.repeat(256), 'salt']] }],
    ['a datacenter that is none', { dc: 0 }],
    ['an account without an id', { user: { bot: true } }],
  ])('%s', (_, change) => {
    expect(() => decodeSession(JSON.stringify({ ...stored, ...change }))).toThrow(
      expect.objectContaining({ code: 'SESSION_DAMAGED' }),
    )
  })
})
