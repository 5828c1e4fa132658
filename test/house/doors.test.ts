import { describe, expect, test } from 'vitest'
import { type Door, doorsRule } from '../../scripts/house/doors.ts'
import { findingsOf } from './rules.ts'

const core = (text: string, doors: Door[] = []): string[] =>
  findingsOf(doorsRule(doors), { 'src/tl/a.ts': `${text}\n` })

describe('the core may not', () => {
  test.each([
    ['node', "import { readFileSync } from 'node:fs'"],
    ['node', "import type { Socket } from 'node:net'"],
    ['node', "const crypto = await import('node:crypto')"],
    ['node', "export { join } from 'node:path'"],
    ['ws', "import { WebSocket } from 'ws'"],
    ['optional', "const library = await import('mediabunny')"],
    ['clock', 'const now = Date.now()'],
    ['clock', 'const now = new Date()'],
    ['clock', 'const start = globalThis.performance.now()'],
    ['clock', "const start = globalThis['performance'].now()"],
    ['timers', 'setTimeout(() => {}, 1)'],
    ['timers', 'const later = setInterval'],
    ['timers', 'export const limit = AbortSignal.timeout(5)'],
    ['random', 'const r = Math.random()'],
    ['random', "const r = Math['random']()"],
    ['random', 'const { random } = Math'],
    ['random', 'const source = crypto'],
    ['process', 'const all = globalThis'],
    ['process', 'const get = (name: "Date") => globalThis[name]'],
    ['random', 'crypto.getRandomValues(new Uint8Array(4))'],
    ['random', 'globalThis.crypto?.getRandomValues(new Uint8Array(4))'],
    ['process', 'const version = process.version'],
    ['process', 'const bytes = Buffer.from([1])'],
    ['process', 'let bytes: Buffer'],
    ['network', "await fetch('x')"],
    ['network', "const socket = new WebSocket('x')"],
    ['storage', "indexedDB.open('x')"],
    ['console', "console.log('x')"],
  ])('touch the outside (%s): %s', (kind, statement) => {
    expect(core(statement).join()).toContain(`touches the outside (${kind}: `)
  })
})

describe('what only looks like the outside is allowed:', () => {
  test.each([
    "const text = 'Date.now() and process.exit()' // setTimeout, node:fs",
    'export interface Options { readonly process: string; setTimeout(): void; Date: number }',
    'export const f = (options: { crypto: { sha1(): void } }): void => options.crypto.sha1()',
    'export const f = (crypto: { sha1(): void }): void => crypto.sha1()',
    'export const f = ({ fetch }: { fetch: () => void }): void => fetch()',
    'export function f(): void { const process = 1; { console2(process) } }',
    'export const o = { process: 1, Date: 2, console() {} }',
    'export const date = (o: { Date: number }): number => o.Date + Math.floor(1)',
    "import { performance } from './own.ts'\nperformance()",
    "import { sha256 } from '@noble/hashes/sha2.js'",
  ])('%s', (statement) => {
    expect(core(statement)).toEqual([])
  })

  test('but a name declared elsewhere in the module hides nothing', () => {
    expect(core('const f = (Date: number): number => Date\nconst now = Date.now()').join()).toContain('a.ts:2 ')
  })
})

describe('a door', () => {
  const door: Door = { path: 'src/tl/a.ts', lets: ['clock'], why: 'for this test' }

  test('lets through what it names, in its file alone', () => {
    expect(core('const now = Date.now()', [door])).toEqual([])
    const files = { 'src/tl/a.ts': 'Date.now()', 'src/tl/b.ts': 'Date.now()' }
    expect(findingsOf(doorsRule([door]), files)).toEqual([expect.stringContaining('src/tl/b.ts:1 ')])
  })

  test('does not let through anything else', () => {
    expect(core('Date.now()\nprocess.exit()', [door]).join()).toContain('src/tl/a.ts:2 touches the outside (process')
  })

  test('may be a folder', () => {
    expect(core('Date.now()', [{ ...door, path: 'src/tl/' }])).toEqual([])
  })

  test('that nothing passes through is a finding', () => {
    expect(core('const a = 1', [door]).join()).toContain('the door src/tl/a.ts is open for clock, but nothing passes')
  })
})

test('src/ uses no package but @noble/hashes and ws', () => {
  expect(core("import { z } from 'zod'").join()).toContain('imports zod')
  expect(core("import { cbc } from '@noble/ciphers/aes.js'").join()).toContain('imports @noble/ciphers')
  expect(core("import type { WebSocket } from 'ws'")).toEqual([])
})

test('optional packages are loaded when they are needed, and never before', () => {
  const library: Door = { path: 'src/tl/a.ts', lets: ['optional'], why: 'for this test' }
  expect(core("const library = await import('mediabunny')", [library])).toEqual([])
  expect(core("import { Input } from 'mediabunny'", []).join()).toContain('imports mediabunny')
  expect(core("import type { Input } from 'mediabunny'")).toEqual([])
})

test('scripts and tests may touch whatever they like', () => {
  expect(findingsOf(doorsRule([]), { 'scripts/a.ts': "import 'node:fs'\nprocess.exit(Date.now())" })).toEqual([])
})
