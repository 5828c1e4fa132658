import { expect, test } from 'vitest'
import { floors, placeOf } from '../../scripts/house/floors.ts'
import { findingsOf } from './rules.ts'

const imports = (from: string, specifier: string): string[] =>
  findingsOf(floors, { [from]: `import { x } from '${specifier}'\n` })

test.each([
  ['src/cli/main.ts', '../index.ts'],
  ['src/lab/simulator/world.ts', '../server/index.ts'],
  ['src/lab/server/server.ts', '../../transport/framing/server.ts'],
  ['src/index.ts', './client/client.ts'],
  ['src/client/client.ts', '#platform'],
  ['src/client/client.ts', '../files/upload.ts'],
  ['src/files/upload.ts', '../tl/generated/client/methods.ts'],
  ['src/transport/connection/connection.ts', '../session/session.ts'],
  ['src/transport/session/session.ts', '../../crypto/crypto.ts'],
  ['src/transport/framing/full.ts', '../../errors.ts'],
  ['src/tl/generated/client/readers.ts', '../../reader.ts'],
  ['src/tl/generated/client/readers.ts', '../api-types.ts'],
  ['src/tl/index.ts', './generated/client/methods.ts'],
  ['src/errors.ts', './explain/full.ts'],
  ['src/crypto/native.ts', 'node:crypto'],
])('%s may import %s', (from, specifier) => {
  expect(imports(from, specifier)).toEqual([])
})

test.each([
  ['src/lab/server/server.ts', '../../cli/main.ts'],
  ['src/lab/server/server.ts', '../simulator/world.ts'],
  ['src/client/client.ts', '../index.ts'],
  ['src/client/client.ts', '../lab/server/index.ts'],
  ['src/files/upload.ts', '../client/client.ts'],
  ['src/files/upload.ts', '#platform'],
  ['src/transport/session/session.ts', '../connection/connection.ts'],
  ['src/transport/session/session.ts', '../index.ts'],
  ['src/transport/framing/full.ts', '../session/session.ts'],
  ['src/tl/reader.ts', '../crypto/crypto.ts'],
  ['src/tl/reader.ts', './generated/api-types.ts'],
  ['src/tl/reader.ts', './index.ts'],
  ['src/bytes.ts', './tl/reader.ts'],
])('%s may not import %s from above', (from, specifier) => {
  expect(imports(from, specifier).join()).toContain('is a floor above')
})

test.each([
  ['src/transport/session/session.ts', '../exchange/exchange.ts'],
  ['src/transport/framing/full.ts', '../carrier/tcp.ts'],
  ['src/tl/generated/client/readers.ts', '../server/results.ts'],
])('%s may not import %s: rooms of one floor do not see each other', (from, specifier) => {
  expect(imports(from, specifier).join()).toContain('is another room on the same floor')
})

test.each([
  "import type { X } from '../client/client.ts'",
  "export * from '../client/client.ts'",
  "await import('../client/client.ts')",
])('the rule holds for %s', (statement) => {
  expect(findingsOf(floors, { 'src/files/a.ts': `${statement}\n` })).toHaveLength(1)
})

test('src/ imports nothing of scripts/ or test/', () => {
  expect(imports('src/cli/main.ts', '../../scripts/output.ts').join()).toContain('outside src/')
})

test('a module without a floor is a finding; scripts and tests have none and need none', () => {
  expect(findingsOf(floors, { 'src/utils.ts': '' }).join()).toContain('src/utils.ts:1 has no floor')
  expect(findingsOf(floors, { 'scripts/a.ts': "import '../src/cli/main.ts'" })).toEqual([])
})

test('the longest name that fits is the room', () => {
  expect(placeOf('src/lab/server/index.ts')?.room).toBe('lab/server/')
  expect(placeOf('src/lab/simulator/world.ts')?.room).toBe('lab/')
  expect(placeOf('src/client/index.ts')?.room).toBe('client/')
})
