/** The documented errors as data and as types: each has a row, in a sentence of its own; names that nobody documents are let be. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { COMMON_ERRORS, ERROR_CODES, METHOD_ERRORS } from '../../src/explain/documented.ts'
import { ERRORS, type ErrorsOf, isRpcError, type RpcErrorType } from '../../src/explain/index.ts'
import { ADVICE } from '../../src/explain/rpc-advice.ts'
import { FileError, RpcError } from '../../src/index.ts'
import { readText, roots } from '../tl/schema.ts'

const rows = Object.values(ERRORS) as (typeof ERRORS)[RpcErrorType][]

test('every documented error of every method has a row', () => {
  const names = [...Object.values(METHOD_ERRORS).flat(), ...COMMON_ERRORS]
  expect(names.filter((name) => !Object.hasOwn(ADVICE, name))).toEqual([])
  expect(new Set(names)).toEqual(new Set(Object.keys(ERROR_CODES)))
})

test('every row is of a documented error', () => {
  expect(Object.keys(ADVICE).filter((name) => !Object.hasOwn(ERROR_CODES, name))).toEqual([])
})

test.each(rows)(
  '$type: one sentence of two halves, what happened and what to do',
  ({ type, advice, codes, repeat }) => {
    expect(advice.length).toBeGreaterThan(15)
    expect(advice.length).toBeLessThan(125)
    expect(advice).not.toMatch(/[.!]$|\. |^[A-Z][a-z]/)
    // The number is told where there is one, and nowhere else.
    expect([type, /\bX\b/.test(advice) && !/_X(_|$)/.test(type)]).toEqual([type, false])
    // Waits come with 420, apart from those whose length nobody tells.
    if (codes.some((code) => code === 420) && /_X$/.test(type)) expect(repeat).toBe('after wait')
    if (repeat === 'later')
      expect([type, codes.some((code) => code >= 500 || code < 0)]).toEqual([type, type !== 'PHOTO_SAVE_FILE_INVALID'])
  },
)

test('the source describes no error in these words', () => {
  // Descriptions stand in no file of ours; schema/errors.json holds names and codes alone.
  expect(readText('schema/errors.json')).not.toMatch(/description/)
})

test('methods know their errors, and errors their methods', () => {
  expect(ERRORS.PHOTO_EXT_INVALID.methods).toEqual(['messages.uploadMedia'])
  expect(ERRORS.FLOOD_WAIT_X.methods).toBeUndefined()
  expect(ERRORS.FILE_PART_EMPTY.methods).toEqual(['upload.saveBigFilePart', 'upload.saveFilePart'])
  expect(Object.keys(METHOD_ERRORS)).toEqual([...roots.methods].sort())
})

test('what is not documented is undefined, whatever it is called', () => {
  for (const name of ['NEVER_HEARD_OF', 'toString', 'constructor', '__proto__']) expect(ERRORS[name]).toBeUndefined()
  expect(new RpcError(400, 'toString', 'm').message).toContain('the request is not valid')
})

test('a number behind an unknown method does not take its advice away', () => {
  const error = new RpcError(400, 'INPUT_METHOD_INVALID_305419896_0', 'm')
  expect(error.message).toContain('the server does not know this method')
})

describe('isRpcError', () => {
  const wait: unknown = new RpcError(420, 'FLOOD_WAIT_30', 'm')

  test('knows errors of the API from others, and one from another', () => {
    expect(isRpcError(wait)).toBe(true)
    expect(isRpcError(wait, 'FLOOD_WAIT_X')).toBe(true)
    expect(isRpcError(wait, 'PEER_ID_INVALID', 'FLOOD_WAIT_X')).toBe(true)
    expect(isRpcError(wait, 'PEER_ID_INVALID')).toBe(false)
    for (const other of [undefined, null, 'FLOOD_WAIT_X', new Error('x'), new FileError('FILE_EMPTY', 'x')])
      expect(isRpcError(other)).toBe(false)
  })

  test('narrows the type, and the number to be there or not', () => {
    if (!isRpcError(wait, 'FLOOD_WAIT_X')) throw wait
    expectTypeOf(wait.parameter).toEqualTypeOf<number>()
    expectTypeOf(wait.type).toEqualTypeOf<'FLOOD_WAIT_X'>()
    const other: unknown = new RpcError(400, 'PEER_ID_INVALID', 'm')
    if (!isRpcError(other, 'PEER_ID_INVALID', 'FILE_PART_X_MISSING')) throw other
    if (other.type === 'PEER_ID_INVALID') expectTypeOf(other.parameter).toEqualTypeOf<undefined>()
    else expectTypeOf(other.parameter).toEqualTypeOf<number>()
  })

  test('takes names that nobody has documented', () => {
    const strange: unknown = new RpcError(400, 'STRANGE_3', 'm')
    if (!isRpcError(strange, 'STRANGE_X')) throw strange
    expectTypeOf(strange.parameter).toEqualTypeOf<number>()
  })
})

test('types: names are completed, and others allowed', () => {
  const { type, code } = new RpcError(400, 'PHOTO_EXT_INVALID', 'm')
  expectTypeOf<'PHOTO_EXT_INVALID'>().toExtend<typeof type>()
  expectTypeOf<'WHATEVER'>().toExtend<typeof type>()
  expectTypeOf<420>().toExtend<typeof code>()
  expectTypeOf<'PHOTO_EXT_INVALID' | 'FLOOD_WAIT_X'>().toExtend<ErrorsOf<'messages.uploadMedia'>>()
  expectTypeOf<'PHOTO_EXT_INVALID'>().not.toExtend<ErrorsOf<'upload.saveFilePart'>>()
  expect(type === 'PHOTO_EXT_INVALID').toBe(true)
})

describe('whether the client repeats a call', () => {
  const repeats = (code: number, text: string, method: string): boolean => new RpcError(code, text, method).retryable

  test('after faults: whatever was called', () => {
    for (const method of ['messages.uploadMedia', 'upload.saveFilePart', 'auth.signIn', 'messages.anything'])
      for (const text of ['RPC_CALL_FAIL', 'WORKER_BUSY_TOO_LONG_RETRY', 'INTERDC_4_CALL_ERROR', 'NEVER_HEARD_OF'])
        expect([method, text, repeats(500, text, method)]).toEqual([method, text, true])
  })

  test('after a time-out: unless the call uses up what it was given', () => {
    const once = Object.keys(METHOD_ERRORS).filter((method) => !repeats(-503, 'Timeout', method))
    expect(once).toEqual([
      'auth.acceptLoginToken',
      'auth.checkPassword',
      'auth.importAuthorization',
      'auth.importLoginToken',
      'auth.resendCode',
      'auth.sendCode',
      'auth.signIn',
    ])
    expect(repeats(-503, 'Timeout', 'messages.anything')).toBe(true)
  })

  test('a login that the server has lost begins with another code, not with the same answer', () => {
    for (const text of ['AUTH_RESTART', 'AUTH_RESTART_1']) {
      expect(repeats(500, text, 'auth.sendCode')).toBe(true)
      expect(repeats(500, text, 'auth.signIn')).toBe(false)
    }
  })

  test('never what has to be changed first, and no wait whose length nobody told', () => {
    expect(repeats(400, 'PHOTO_EXT_INVALID', 'messages.uploadMedia')).toBe(false)
    expect(repeats(400, 'PHONE_NUMBER_FLOOD', 'auth.sendCode')).toBe(false)
    expect(repeats(400, 'PHOTO_SAVE_FILE_INVALID', 'messages.uploadMedia')).toBe(true)
    expect(repeats(500, 'MSG_WAIT_FAILED', 'help.getConfig')).toBe(false)
  })
})
