/** What is known of the reasons for errors: by what servers really said, client by client. */
import { describe, expect, test } from 'vitest'
import { RpcError, TransportError } from '../../../src/errors.ts'
import type { RequestInfo } from '../../../src/lab/server/faults.ts'
import { BINDING_REFUSED, judge, NO_SUCH_KEY, NOT_LOGGED_IN } from '../../../src/lab/simulator/checks/errors.ts'
import { Facts } from '../../../src/lab/simulator/facts.ts'

const attempt = { startedAt: 0, until: 1000, aborted: false, closed: false }
const asked = (keyId: bigint, request: unknown, userId?: bigint): RequestInfo => ({
  connection: 1,
  keyId,
  sessionId: 1n,
  msgId: 4n,
  layer: 1,
  userId,
  request: request as RequestInfo['request'],
  count: 1,
})

test('a fault of one client is none of another; one that names nobody is everybody’s', () => {
  const facts = new Facts(['a', 'b'])
  facts.fault('cut', '', 0)
  facts.fault('error', 'help.getConfig INTERNAL')
  expect([...facts.of(0).faults]).toEqual([
    ['cut', 1],
    ['error', 1],
  ])
  expect([...facts.of(1).faults]).toEqual([['error', 1]])
  expect([...facts.of(1).errors]).toEqual([['help.getConfig INTERNAL', 1]])
})

describe('an error needs what a server said', () => {
  const unknownKey = new TransportError('SERVER_TRANSPORT_ERROR', 'dc does not know our authorization key', {
    status: -404,
  })

  test('a key that is not known: that it said so, whether a key was forgotten, is over, or neither', () => {
    const facts = new Facts(['a', 'b'])
    facts.fault('forget-keys', '0 0')
    facts.fault('server-clock', '0 348800')
    expect(judge(unknownKey, attempt, facts.of(0))).toContain('no fault explains it')
    for (let times = 0; times < 3; times++) facts.said(-404, 'a')
    expect(facts.of(0).faults.get(NO_SUCH_KEY)).toBe(3)
    expect(judge(unknownKey, attempt, facts.of(0))).toBeUndefined()
    expect(judge(unknownKey, attempt, facts.of(1))).toContain('no fault explains it')
  })

  test('another transport error is not about the key', () => {
    const facts = new Facts(['a'])
    facts.said(-429, 'a')
    expect(facts.of(0).faults.get(NO_SUCH_KEY)).toBeUndefined()
  })

  test('a binding that cannot be had: two permanent keys that the server did not know', () => {
    const error = new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID', 'auth.bindTempAuthKey')
    const facts = new Facts(['a'])
    const bind = (permAuthKeyId: bigint, known: boolean): void =>
      facts.asked(asked(1n, { _: 'auth.bindTempAuthKey', permAuthKeyId }), 'a', () => known)
    facts.fault('forget-keys', '0 0')
    bind(5n, true)
    bind(6n, false)
    bind(6n, false)
    expect(facts.of(0).faults.get(BINDING_REFUSED)).toBe(1)
    expect(judge(error, attempt, facts.of(0))).toContain('no server was told to answer so')
    bind(7n, false)
    expect(judge(error, attempt, facts.of(0))).toBeUndefined()
  })

  test('a login that does not last: calls under three keys that are not logged in', () => {
    const error = new RpcError(401, 'AUTH_KEY_UNREGISTERED', 'users.getUsers')
    const facts = new Facts(['a'])
    const call = (key: bigint, method: string, user?: bigint): void =>
      facts.asked(asked(key, { _: method }, user), 'a', () => true)
    call(1n, 'users.getUsers')
    call(1n, 'users.getUsers')
    call(2n, 'auth.importBotAuthorization')
    call(3n, 'users.getUsers', 7n)
    expect(facts.of(0).faults.get(NOT_LOGGED_IN)).toBe(1)
    call(4n, 'users.getUsers')
    expect(judge(error, attempt, facts.of(0))).toContain('no server was told to answer so')
    call(5n, 'users.getUsers')
    expect(judge(error, attempt, facts.of(0))).toBeUndefined()
  })
})
