/**
 * Ours against another implementation: over every constructor, request and message that is generated, both write the same
 * bytes for the same value and read the same value from the same bytes.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../../scripts/generator/schema.ts'
import { readClientMessage, writeServerMessage } from '../../src/tl/generated/mtproto/server.ts'
import { readRequest } from '../../src/tl/generated/server/requests.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { Values } from './arbitrary.ts'
import { foreignBytes, foreignValue } from './mtcute.ts'
import {
  api,
  bytesOf,
  codecs,
  FORMS,
  MESSAGES,
  METHODS,
  messageNames,
  methodOf,
  mtproto,
  pruned,
  type Read,
  type Write,
} from './schema.ts'

interface Value {
  _: string
  [property: string]: unknown
}

const definitions = new Map<string, Definition>()
for (const schema of [mtproto, api]) {
  for (const map of [schema.constructors, schema.methods]) for (const [name, one] of map) definitions.set(name, one)
}

/** Calls `change` for every object inside a value, innermost first. */
function rebuild(value: unknown, change: (value: Value) => Value): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuild(item, change))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rebuild(inner, change)]))
  return change(copy as Value)
}

/** The other side takes an empty vector behind a flag for an absent one: give it none. */
const withoutEmptyFlagged = (value: unknown): unknown =>
  rebuild(value, (object) => {
    const fields = definitions.get(object._)?.fields ?? []
    const empty = fields.filter(({ flag, property }) => {
      const inner = object[property]
      return flag && Array.isArray(inner) && inner.length === 0
    })
    const gone = fields.filter(({ flag }) =>
      empty.some((field) => flag && field.flag!.word === flag.word && field.flag!.bit === flag.bit),
    )
    const names = new Set(gone.map((field) => field.property))
    return Object.fromEntries(Object.entries(object).filter(([key]) => !names.has(key))) as Value
  })

/** The other side reads absent flags as `undefined` and `false`, and has names of its own: undo both. */
const withoutAbsent = (value: unknown): unknown =>
  rebuild(value, (object) => {
    const flags = new Set(
      definitions
        .get(object._.replace(/^mt_/, ''))!
        .fields.filter((field) => field.type.kind === 'true')
        .map((field) => field.property),
    )
    const kept = Object.entries(object).filter(([key, inner]) => inner !== undefined && !(flags.has(key) && !inner))
    return { ...Object.fromEntries(kept), _: object._.replace(/^mt_/, '') }
  })

/** `prefix` stands in front of their names; `theyRead` is false for requests, which their reader does not know. */
function agree(
  arbitrary: fc.Arbitrary<unknown>,
  write: Write,
  read: Read,
  { prefix = '', theyRead = true }: { prefix?: string; theyRead?: boolean } = {},
): void {
  const foreignName = (value: unknown): Value =>
    prefix === '' ? (value as Value) : { ...(value as Value), _: `${prefix}${(value as Value)._}` }
  fc.assert(
    fc.property(arbitrary, (drawn) => {
      const value = withoutEmptyFlagged(drawn)
      const ours = bytesOf(write, value)
      expect(Buffer.from(foreignBytes(foreignName(value), ours.length + 64)).equals(ours)).toBe(true)
      if (theyRead) {
        const theirs = foreignValue(ours)
        expect(theirs.length).toBe(ours.length)
        deepStrictEqual(withoutAbsent(theirs.value), value)
      }
      deepStrictEqual(read(new TlReader(ours)), value)
    }),
    { numRuns: 10 },
  )
}

const values = new Values(api)
const messages = new Values(mtproto)

describe.each(['client', 'server'] as const)('what the %s writes', (side) => {
  test.each(codecs.filter((codec) => codec.writer === side).map((codec) => [codec.label, codec] as const))(
    'both implementations agree on every constructor of %s',
    (_, { write, read, constructors }) => {
      for (const definition of constructors) agree(values.definition(definition), write, read)
    },
  )
})

const calls = pruned.methods.filter((method) => method.fields.every((field) => field.type.kind !== 'query'))

test.each(calls.map((method) => [method.name, method] as const))('both agree on the request %s', (name, method) => {
  for (const form of FORMS) {
    agree(values.definition(method), methodOf(name, form).write as Write, readRequest, { theyRead: false })
  }
})

describe.each(FORMS)('what carries a query: %s', (form) => {
  const methods = METHODS[form]
  const wrappers = {
    invokeAfterMsg: methods.writeInvokeAfterMsg,
    invokeWithLayer: methods.writeInvokeWithLayer,
    invokeWithoutUpdates: methods.writeInvokeWithoutUpdates,
    initConnection: methods.writeInitConnection,
  } as Record<string, Write>

  test.each(Object.keys(wrappers))('both agree on %s with a query inside', (name) => {
    const query = { _: 'help.getConfig' } as const
    const write: Write = (writer, value) =>
      wrappers[name]!(writer, {
        ...(value as object),
        query: (inner: never) => methods.helpGetConfig.write(inner, query),
      })
    const arbitrary = values.definition(definitions.get(name)!).map((value) => ({ ...value, query }))
    agree(arbitrary, write, readRequest, { theyRead: false })
  })
})

/** Messages that the other implementation handles by hand or does not know. */
const ABSENT = new Set([
  'gzip_packed',
  'msg_resend_ans_req',
  'p_q_inner_data',
  'p_q_inner_data_temp',
  'req_pq',
  'server_DH_params_fail',
])

const sides = FORMS.flatMap((form) => {
  const { writeClientMessage, readServerMessage } = MESSAGES[form]
  return [
    [`client, ${form}`, messageNames(form).client, writeClientMessage as Write, readClientMessage],
    [`server, ${form}`, messageNames(form).server, writeServerMessage as Write, readServerMessage],
  ] as const
})

describe.each(sides)('messages of the %s', (_, names, write, read) => {
  test.each(names.filter((name) => !ABSENT.has(name)))('both agree on %s', (name) => {
    agree(messages.definition(definitions.get(name)!), write, read, { prefix: 'mt_' })
  })
})
