/**
 * What one end writes, the other reads as the same value: every constructor of every generated type, every request, every
 * result, every message of MTProto.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../../scripts/generator/schema.ts'
import type * as generated from '../../src/tl/generated/client/methods.ts'
import * as serverMessages from '../../src/tl/generated/mtproto/server.ts'
import { readRequest } from '../../src/tl/generated/server/requests.ts'
import { writeResult } from '../../src/tl/generated/server/results.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { Values } from './arbitrary.ts'
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

const values = new Values(api)
const messages = new Values(mtproto)

/** Writes a value, reads it back, and demands the same value and no bytes left. */
function survives(write: Write, read: Read, value: unknown): void {
  const bytes = bytesOf(write, value)
  expect(bytes.length % 4).toBe(0)
  const reader = new TlReader(bytes)
  deepStrictEqual(read(reader), value)
  expect(reader.remaining).toBe(0)
}

function check(arbitrary: fc.Arbitrary<unknown>, write: Write, read: Read, numRuns = 15): void {
  fc.assert(
    fc.property(arbitrary, (value) => survives(write, read, value)),
    { numRuns },
  )
}

const isWrapper = (method: Definition): boolean => method.fields.some((field) => field.type.kind === 'query')

describe.each(['client', 'server'] as const)('what the %s writes', (side) => {
  test.each(codecs.filter((codec) => codec.writer === side).map((codec) => [codec.label, codec] as const))(
    '%s: every constructor survives',
    (_, { write, read, constructors }) => {
      for (const member of constructors) check(values.definition(member), write, read)
    },
  )
})

test('every constructor that is reachable is covered by the types above', () => {
  const covered = new Set(codecs.flatMap((codec) => codec.constructors.map((member) => member.name)))
  const reachable = [...pruned.requests.types, ...pruned.results.types].flatMap((type) => api.types.get(type)!)
  expect(covered).toEqual(new Set(reachable.map((member) => member.name)))
  expect(codecs.every(({ read, write }) => typeof read === 'function' && typeof write === 'function')).toBe(true)
})

const calls = pruned.methods.filter((method) => !isWrapper(method))

test.each(calls.map((method) => [method.name, method] as const))('request and result of %s survive', (name, method) => {
  for (const form of FORMS) {
    const made = methodOf(name, form)
    expect(made.name).toBe(name)
    check(values.definition(method), made.write as Write, readRequest)
    const write: Write = (writer, value) => writeResult(writer, name as 'help.getConfig', value as never)
    check(values.of(method.result), write, made.read)
  }
})

test.each(FORMS)('requests survive inside requests that carry them: %s', (form) => {
  const methods = METHODS[form]
  const { peer, media } = { peer: { _: 'inputPeerSelf' }, media: { _: 'inputMediaEmpty' } } as const
  const request = { _: 'messages.uploadMedia', peer, media } as const
  const bytes = bytesOf((writer) => {
    methods.writeInvokeWithLayer(writer, {
      _: 'invokeWithLayer',
      layer: methods.LAYER,
      query: (outer) =>
        methods.writeInvokeWithoutUpdates(outer, {
          _: 'invokeWithoutUpdates',
          query: (inner) => methods.messagesUploadMedia.write(inner, request),
        }),
    })
  }, undefined)
  expect(readRequest(new TlReader(bytes))).toEqual({
    _: 'invokeWithLayer',
    layer: 223,
    query: { _: 'invokeWithoutUpdates', query: request },
  })
})

const wrappers = (methods: typeof generated): Record<string, unknown> => ({
  invokeAfterMsg: methods.writeInvokeAfterMsg,
  invokeWithLayer: methods.writeInvokeWithLayer,
  invokeWithoutUpdates: methods.writeInvokeWithoutUpdates,
  initConnection: methods.writeInitConnection,
})

describe.each(FORMS)('what is carried beside a query: %s', (form) => {
  const methods = METHODS[form]
  test.each(pruned.methods.filter(isWrapper).map((method) => [method.name, method] as const))(
    'the fields of %s survive beside the query',
    (name, method) => {
      const query = { _: 'help.getConfig' } as const
      const inner = (writer: never): void => methods.helpGetConfig.write(writer, query)
      const write: Write = (writer, value) =>
        (wrappers(methods)[name] as Write)(writer, { ...(value as object), query: inner })
      const arbitrary = values.definition(method).map((value) => ({ ...value, query }))
      check(arbitrary, write, readRequest)
    },
  )
})

const message = (name: string): Definition => (mtproto.constructors.get(name) ?? mtproto.methods.get(name))!

describe.each(FORMS)('messages: %s', (form) => {
  const { writeClientMessage, readServerMessage } = MESSAGES[form]

  test.each(messageNames(form).client)('message %s of the client survives', (name) => {
    check(messages.definition(message(name)), writeClientMessage as Write, serverMessages.readClientMessage)
  })

  test.each(messageNames(form).server)('message %s of the server survives', (name) => {
    check(messages.definition(message(name)), serverMessages.writeServerMessage as Write, readServerMessage)
  })
})

test.each(FORMS)('a flag that is false or undefined is a flag that is absent: %s', (form) => {
  const methods = METHODS[form]
  const media = { _: 'inputMediaPhotoExternal', url: 'u' } as const
  const request = { _: 'messages.uploadMedia', peer: { _: 'inputPeerSelf' }, media } as const
  const bare = bytesOf(methods.messagesUploadMedia.write as Write, request)
  const explicit = { ...media, spoiler: false, ttlSeconds: undefined }
  expect(bytesOf(methods.messagesUploadMedia.write as Write, { ...request, media: explicit })).toEqual(bare)
  expect(Object.keys((readRequest(new TlReader(bare)) as typeof request).media)).toEqual(['_', 'url'])
})

test.each(FORMS)('a string keeps its byte order mark: %s', (form) => {
  const methods = METHODS[form]
  const request = { _: 'contacts.resolveUsername', username: '\ufeffname' } as const
  survives(methods.contactsResolveUsername.write as Write, readRequest, request)
})
