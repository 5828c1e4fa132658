import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { expect, test } from 'vitest'
import { MtprotoError, RpcError } from '../src/errors.ts'

/** What https://core.telegram.org/method/messages.uploadMedia and the upload and login calls document. */
const documented: [code: number, text: string][] = [
  ...[
    'BOT_MISSING',
    'CHANNEL_INVALID',
    'CHANNEL_PRIVATE',
    'CHAT_ADMIN_REQUIRED',
    'CHAT_ID_INVALID',
    'CHAT_RESTRICTED',
    'FILE_PARTS_INVALID',
    'FILE_PART_LENGTH_INVALID',
    'FILE_PART_3_MISSING',
    'IMAGE_PROCESS_FAILED',
    'INPUT_FETCH_FAIL',
    'INPUT_USER_DEACTIVATED',
    'MD5_CHECKSUM_INVALID',
    'MEDIA_INVALID',
    'MSG_ID_INVALID',
    'PEER_ID_INVALID',
    'PHOTO_EXT_INVALID',
    'PHOTO_INVALID_DIMENSIONS',
    'PHOTO_SAVE_FILE_INVALID',
    'USER_BANNED_IN_CHANNEL',
    'VOICE_MESSAGES_FORBIDDEN',
    'WEBPAGE_CURL_FAILED',
    'FILE_PART_EMPTY',
    'FILE_PART_INVALID',
    'FILE_PART_TOO_BIG',
    'FILE_PART_TOO_SMALL',
    'FILE_PART_SIZE_INVALID',
    'FILE_PART_SIZE_CHANGED',
    'ACCESS_TOKEN_EXPIRED',
    'ACCESS_TOKEN_INVALID',
    'API_ID_INVALID',
    'API_ID_PUBLISHED_FLOOD',
  ].map((text): [number, string] => [400, text]),
  [401, 'AUTH_KEY_UNREGISTERED'],
  [401, 'AUTH_KEY_INVALID'],
  [401, 'SESSION_REVOKED'],
  [401, 'SESSION_PASSWORD_NEEDED'],
  [403, 'CHAT_WRITE_FORBIDDEN'],
  [406, 'AUTH_KEY_DUPLICATED'],
  [420, 'FLOOD_WAIT_30'],
  [420, 'FLOOD_PREMIUM_WAIT_3'],
  [420, 'SLOWMODE_WAIT_5'],
  [-503, 'Timeout'],
]

/** The advice that an error gets for its code alone. */
const general = (code: number): string => new RpcError(code, 'NEVER_HEARD_OF', 'm').message.split('): ')[1]!

test.each(documented)('%i %s has advice of its own, in one sentence that names the call', (code, text) => {
  const error = new RpcError(code, text, 'messages.uploadMedia')
  expect(error).toBeInstanceOf(MtprotoError)
  expect(error.message.startsWith(`messages.uploadMedia failed with ${text} (${code}): `)).toBe(true)
  const advice = error.message.split('): ')[1]!
  expect(advice).not.toBe(general(code))
  expect(advice).not.toMatch(/\bX\b|\. /)
  expect(advice.length).toBeGreaterThan(15)
})

test.each([303, 400, 401, 403, 404, 406, 420, 500, -503, 503])(
  'an unknown error of code %i gets general advice',
  (code) => {
    expect(general(code).length).toBeGreaterThan(8)
  },
)

test.each([
  ['FLOOD_WAIT_30', 'FLOOD_WAIT_X', 30],
  ['FILE_PART_0_MISSING', 'FILE_PART_X_MISSING', 0],
  ['FILE_PART_3999_MISSING', 'FILE_PART_X_MISSING', 3999],
  ['NETWORK_MIGRATE_4', 'NETWORK_MIGRATE_X', 4],
  ['MD5_CHECKSUM_INVALID', 'MD5_CHECKSUM_INVALID', undefined],
  ['2FA_CONFIRM_WAIT_60', '2FA_CONFIRM_WAIT_X', 60],
  ['Timeout', 'Timeout', undefined],
  ['', '', undefined],
])('%s is %s with parameter %s', (text, type, parameter) => {
  const error = new RpcError(400, text, 'm')
  expect([error.text, error.type, error.parameter]).toEqual([text, type, parameter])
})

test('a migration names the datacenter', () => {
  expect(new RpcError(303, 'PHONE_MIGRATE_4', 'm').message).toContain('datacenter 4 serves this')
})

test('only waits that say how long and faults of the server are worth repeating', () => {
  const facts = (code: number, text: string): unknown[] => {
    const error = new RpcError(code, text, 'm')
    return [error.retryable, error.waitSeconds]
  }
  expect(facts(420, 'FLOOD_WAIT_7')).toEqual([true, 7])
  expect(facts(420, 'FLOOD_PREMIUM_WAIT_0')).toEqual([true, 0])
  expect(facts(420, 'FROZEN_METHOD_INVALID')).toEqual([false, undefined])
  expect(facts(500, 'RPC_CALL_FAIL')).toEqual([true, undefined])
  expect(facts(-503, 'Timeout')).toEqual([true, undefined])
  expect(facts(400, 'FILE_PART_0_MISSING')).toEqual([false, undefined])
  expect(facts(303, 'FILE_MIGRATE_2')).toEqual([false, undefined])
  expect(facts(406, 'AUTH_KEY_DUPLICATED')).toEqual([false, undefined])
})

test('the tables of advice cost less than 6 kB, minified and compressed', () => {
  const entry = fileURLToPath(new URL('../src/explain/rpc-advice.ts', import.meta.url))
  const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, minify: true, format: 'esm', write: false })
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(6_000)
})
