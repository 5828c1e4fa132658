/** Explanations in brief, as bundles have them, beside those in full: the same questions, and no answer that misleads. */
import { expect, test } from 'vitest'
import * as brief from '../../src/explain/brief.ts'
import * as full from '../../src/explain/full.ts'

test('both answer the same questions', () => {
  expect(Object.keys(brief).sort()).toEqual(Object.keys(full).sort())
})

test.each([
  [420, 'FLOOD_WAIT_X', 9, 'wait 9 s'],
  [401, 'SESSION_REVOKED', undefined, 'log in again'],
  [500, 'RPC_CALL_FAIL', undefined, 'try again later'],
  [-503, 'Timeout', undefined, 'try again later'],
  [400, 'PHOTO_EXT_INVALID', undefined, 'change it first'],
])('of %i %s both say to do the same', (code, type, parameter, short) => {
  expect(brief.adviceFor(code, type, parameter)).toBe(short)
  const long = full.adviceFor(code, type, parameter)
  if (short !== 'change it first') expect(long).toContain(short.replace('try again later', 'try again'))
  expect(long.length).toBeGreaterThan(short.length)
})

test('whether repeating helps is known in full alone; in brief the code decides', () => {
  expect(brief.canRepeat(500, 'AUTH_RESTART', 'auth.signIn')).toBeUndefined()
  expect(full.canRepeat(500, 'AUTH_RESTART', 'auth.signIn')).toBe(false)
  expect(full.canRepeat(-503, 'Timeout', 'auth.signIn')).toBe(false)
  expect(full.canRepeat(-503, 'Timeout', 'messages.uploadMedia')).toBe(true)
  // The code decides in full as well where nothing is known, and where a wait is told.
  expect(full.canRepeat(500, 'NEVER_HEARD_OF', 'm')).toBeUndefined()
  expect(full.canRepeat(420, 'FLOOD_WAIT_X', 'm')).toBeUndefined()
})
