/**
 * Every documented error that has a cause in the world of the test DC, over real sockets: the world is arranged, the client
 * does what fails, and what it throws is looked at.
 */
import { describe, expect, test } from 'vitest'
import { CAUSES, COMMON_CAUSES } from '../../scripts/errors/causes.ts'
import { type DocumentedMethod, ERRORS, isRpcError } from '../../src/explain/index.ts'
import { RpcError } from '../../src/index.ts'
import { startTestDc } from '../support/test-dc.ts'
import { COMMON_CASES } from './cases-common.ts'
import {
  BIG_PART_CASES,
  CHANNEL_CASES,
  GROUP_CASES,
  LINK_CASES,
  NAME_CASES,
  PHONE_CASES,
  READ_CASES,
  SMALL_PART_CASES,
  USER_CASES,
} from './cases-files.ts'
import { LOGIN_CASES } from './cases-login.ts'
import { MEDIA_CASES } from './cases-media.ts'
import { PAID_CASES } from './cases-paid.ts'
import { PEER_CASES } from './cases-peers.ts'
import { type Case, createLab } from './lab.ts'

const CASES: Readonly<Partial<Record<DocumentedMethod, readonly Case[]>>> = {
  ...LOGIN_CASES,
  'channels.getChannels': CHANNEL_CASES,
  'contacts.resolvePhone': PHONE_CASES,
  'contacts.resolveUsername': NAME_CASES,
  'messages.checkChatInvite': LINK_CASES,
  'messages.getChats': GROUP_CASES,
  'messages.uploadMedia': [...PEER_CASES, ...MEDIA_CASES, ...PAID_CASES],
  'upload.getFile': READ_CASES,
  'upload.saveBigFilePart': BIG_PART_CASES,
  'upload.saveFilePart': SMALL_PART_CASES,
  'users.getUsers': USER_CASES,
}

/** The errors of `messages.uploadMedia` that other libraries' documentation lists: each has to be among the cases. */
const REFERENCE: readonly (readonly [code: number, type: string])[] = [
  [400, 'BOT_MISSING'],
  [400, 'CHANNEL_PRIVATE'],
  [400, 'CHAT_ADMIN_REQUIRED'],
  [400, 'CHAT_RESTRICTED'],
  [403, 'CHAT_WRITE_FORBIDDEN'],
  [400, 'FILE_PARTS_INVALID'],
  [400, 'IMAGE_PROCESS_FAILED'],
  [400, 'INPUT_FETCH_FAIL'],
  [400, 'INPUT_USER_DEACTIVATED'],
  [400, 'MEDIA_INVALID'],
  [400, 'MSG_ID_INVALID'],
  [400, 'PEER_ID_INVALID'],
  [400, 'PHOTO_EXT_INVALID'],
  [400, 'PHOTO_INVALID_DIMENSIONS'],
  [400, 'PHOTO_SAVE_FILE_INVALID'],
  [400, 'USER_BANNED_IN_CHANNEL'],
  [400, 'WEBPAGE_CURL_FAILED'],
  [406, 'AUTH_KEY_DUPLICATED'],
  [-503, 'Timeout'],
]

/** Runs a case; returns what the client threw. */
async function errorOf({ act, dc }: Case): Promise<unknown> {
  const server = await startTestDc(dc)
  const lab = createLab(server)
  try {
    return await act(lab).then(
      () => undefined,
      (error: unknown) => error,
    )
  } finally {
    await lab.close()
    await server.close()
  }
}

async function look(one: Case, method: string | undefined): Promise<void> {
  const { type, code, text = type } = one
  const error = await errorOf(one)
  if (!isRpcError(error, type)) throw new Error(`${type} was expected`, { cause: error })
  expect(error).toBeInstanceOf(RpcError)
  expect(error.code).toBe(code)
  if (method !== undefined) expect(error.method).toBe(method)
  if (typeof text === 'string') expect(error.text).toBe(text)
  else expect(error.text).toMatch(text)
  const [, number] = /_(\d+)(?:_|$)/.exec(error.text) ?? []
  expect(error.parameter).toBe(number === undefined ? undefined : Number(number))
  const { advice, repeat, codes } = ERRORS[type]
  expect(codes).toContain(code)
  expect(error.message).toBe(
    `${error.method} failed with ${error.text} (${code}): ${advice.replace(/\bX\b/, String(error.parameter))}`,
  )
  expect(error.retryable).toBe(repeat === 'later' || error.waitSeconds !== undefined)
}

for (const [method, cases] of Object.entries(CASES)) {
  describe(method, () => {
    for (const one of cases) test(`${one.code} ${one.type}`, () => look(one, method))
  })
}

describe('any method', () => {
  for (const one of COMMON_CASES) test(`${one.code} ${one.type}`, () => look(one, undefined))
})

test('every cause that docs/errors.md tells of has a case, and every case a cause', () => {
  const types = (cases: readonly Case[] = []): string[] => [...new Set(cases.map(({ type }) => type))].sort()
  for (const method of new Set([...Object.keys(CAUSES), ...Object.keys(CASES)]))
    expect([method, types(CASES[method as DocumentedMethod])]).toEqual([
      method,
      Object.keys(CAUSES[method] ?? {}).sort(),
    ])
  expect(types(COMMON_CASES)).toEqual(Object.keys(COMMON_CAUSES).sort())
})

test.each(REFERENCE)('%i %s, which other libraries document too, is produced', (code, type) => {
  expect(CASES['messages.uploadMedia']).toContainEqual(expect.objectContaining({ code, type }))
})
