/** The generator copes with the whole layer: every constructor and method is emitted, type-checks and survives a round trip. */
import { deepStrictEqual } from 'node:assert/strict'
import { fc } from '@fast-check/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  emitMethodsFile,
  emitReadersFile,
  emitTypesFile,
  emitWritersFile,
} from '../../scripts/generator/emit/client.ts'
import { emitRequestsFile, emitResultsFile } from '../../scripts/generator/emit/server.ts'
import { contextOf } from '../../scripts/generator/generate.ts'
import type { Pruned } from '../../scripts/generator/prune.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { Values } from '../tl/arbitrary.ts'
import { api, bytesOf, type Read, type Write } from '../tl/schema.ts'
import { type Folder, makeFolder } from './folder.ts'

const all = { types: new Set(api.types.keys()), bare: new Set(api.constructors.keys()) }
const whole: Pruned = { schema: api, methods: [...api.methods.values()], requests: all, results: all }
const context = contextOf(whole, '')
const runtime = 'mtproto-upload/tl'
const paths = {
  runtime: { reader: runtime, scalars: runtime, writer: runtime, method: runtime },
  types: './types.ts',
  readers: './readers.ts',
  writers: './writers.ts',
}

let folder: Folder
beforeAll(() => {
  folder = makeFolder()
  folder.write('types.ts', emitTypesFile(context, whole, runtime))
  folder.write('readers.ts', emitReadersFile(context, whole.results, paths))
  folder.write('writers.ts', emitWritersFile(context, whole.requests, paths))
  folder.write('methods.ts', emitMethodsFile(context, whole, paths))
  folder.write('requests.ts', emitRequestsFile(context, whole, paths))
  folder.write('results.ts', emitResultsFile(context, whole, paths))
})
afterAll(() => folder.remove())

test('all of it type-checks', { timeout: 120_000 }, () => {
  expect(folder.typeErrors()).toBe('')
})

test('every constructor, boxed and bare, survives a round trip', { timeout: 120_000 }, async () => {
  const readers = (await folder.load('readers.ts')) as Record<string, Read>
  const writers = (await folder.load('writers.ts')) as Record<string, Write>
  const values = new Values(api)
  let count = 0
  for (const [type, members] of api.types) {
    const name = context.names.unionType(type)
    for (const member of members) {
      count++
      const bare = `Bare_${context.names.constructorType(member.name)}`
      for (const value of fc.sample(values.definition(member, 4), { numRuns: 3, seed: count })) {
        for (const suffix of [name, bare]) {
          const reader = new TlReader(bytesOf(writers[`write${suffix}`]!, value))
          deepStrictEqual(readers[`read${suffix}`]!(reader), value)
          expect(reader.remaining).toBe(0)
        }
      }
    }
  }
  expect(count).toBe(api.constructors.size)
})

test('every request without a query survives a round trip', { timeout: 120_000 }, async () => {
  const { readRequest } = (await folder.load('requests.ts')) as { readRequest: Read }
  const methods = (await folder.load('methods.ts')) as Record<string, { write: Write }>
  const values = new Values(api)
  for (const method of whole.methods) {
    if (method.fields.some((field) => field.type.kind === 'query')) continue
    const { write } = methods[context.names.method(method.name)]!
    for (const value of fc.sample(values.definition(method, 4), { numRuns: 2, seed: method.id })) {
      const reader = new TlReader(bytesOf(write, value))
      deepStrictEqual(readRequest(reader), value)
      expect(reader.remaining).toBe(0)
    }
  }
})
