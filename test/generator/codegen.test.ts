/** `npm run codegen`: run as a process on a schema that a user wrote; its output is type-checked and run. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Folder, makeFolder } from './folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SCHEMA = `
// A shop. LAYER would be a comment of its own.
// LAYER 3
vector {t:Type} # [ t ] = Vector t;
point x:double y:double = Point;
shop.empty = shop.Item;
shop.item flags:# sold:flags.0?true id:long name:string /* shown */ price:flags.1?int currency:flags.1?string
  parts:Vector<shop.Item> seal:flags.31?int128 = shop.Item;
delete = Class;
class at:%Point by:Class = Class;
shop.hidden secret:int256 = shop.Hidden;

---functions---
shop.find q:bytes near:vector<point> first:Bool = Vector<shop.Item>;
shop.count = int;
shop.keep item:shop.Item of:Class = Class;
shop.unused x:shop.Hidden = shop.Hidden;
wrap {X:Type} n:int query:!X = X;
`

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000 })

let folder: Folder
beforeEach(() => {
  folder = makeFolder()
  folder.write('shop.tl', SCHEMA)
})
afterEach(() => folder.remove())

function codegen(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), join(ROOT, 'scripts/codegen.ts'), ...args]
  return spawnSync(process.execPath, command, { cwd: folder.path, encoding: 'utf8' })
}

const generate = (methods: string, ...more: string[]): ReturnType<typeof codegen> =>
  codegen('--schema', 'shop.tl', '--methods', methods, '--out', 'made', ...more)

const USE = `
import { TlReader, TlWriter } from 'mtproto-upload/tl'
import { type Class, LAYER, type ShopItem, shopCount, shopFind, shopKeep, writeWrap } from './made/index.ts'

const nested: ShopItem = { _: 'shop.item', id: 1n, name: 'é', parts: [{ _: 'shop.empty' }], price: 2, currency: 'x' }
const by: Class = { _: 'delete' }

export function written(): Uint8Array {
  const w = new TlWriter()
  writeWrap(w, { _: 'wrap', n: LAYER, query: (inner) => shopKeep.write(inner, { _: 'shop.keep', item: nested, of: by }) })
  return w.finish().slice()
}

export function find(): Uint8Array {
  const w = new TlWriter()
  shopFind.write(w, { _: 'shop.find', q: Uint8Array.of(1), near: [{ _: 'point', x: 1, y: -1 }], first: true })
  return w.finish().slice()
}

export function read(bytes: Uint8Array): { items: ShopItem[]; count: number } {
  const r = new TlReader(bytes)
  const items: ShopItem[] = shopFind.read(r)
  const count: number = shopCount.read(r)
  return { items, count }
}

// @ts-expect-error a field is missing
export const wrong = (): void => shopKeep.write(new TlWriter(), { _: 'shop.keep', of: by })
`

describe('on a schema of the user', () => {
  test('makes code that type-checks, writes the requests and reads the results', async () => {
    const { status, stdout, stderr } = generate('shop.find,shop.count, shop.keep,wrap', '--endings', 'ts')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toBe('made: types.ts, readers.ts, writers.ts, methods.ts, index.ts\n')
    folder.write('use.ts', USE)
    expect(folder.typeErrors()).toBe('')

    const use = (await folder.load('use.ts')) as {
      written(): Uint8Array
      find(): Uint8Array
      read(b: Uint8Array): unknown
    }
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
    const id = (name: string): string => {
      const found = new RegExp(`\`${name}#([0-9a-f]+)`).exec(readFileSync(join(folder.path, 'made/types.ts'), 'utf8'))!
      return hex(new Uint8Array(Uint32Array.of(Number.parseInt(found[1]!, 16)).buffer))
    }
    const item = [
      id('shop.item'),
      '02000000', // flags: price and currency
      '0100000000000000',
      '02c3a900',
      '02000000',
      '01780000',
      `15c4b51c01000000${id('shop.empty')}`,
    ].join('')
    expect(hex(use.written())).toBe(`${id('wrap')}03000000${id('shop.keep')}${item}${id('delete')}`)
    expect(hex(use.find())).toBe(`${id('shop.find')}0101000001000000${'000000000000f03f'}${'000000000000f0bf'}b5757299`)
    const answer = Buffer.from(`15c4b51c01000000${item}07000000`, 'hex')
    expect(use.read(answer)).toEqual({
      items: [{ _: 'shop.item', id: 1n, name: 'é', parts: [{ _: 'shop.empty' }], price: 2, currency: 'x' }],
      count: 7,
    })
  })

  test('leaves out what the methods do not reach', () => {
    expect(generate('shop.count').status).toBe(0)
    const types = readFileSync(join(folder.path, 'made/types.ts'), 'utf8')
    expect(types).toContain('ShopCountRequest')
    expect(types).not.toMatch(/shop\.item|shop\.hidden|class/)
  })

  test('"all" takes every method, and the default imports suit NodeNext', () => {
    expect(generate('all').status).toBe(0)
    expect(readFileSync(join(folder.path, 'made/methods.ts'), 'utf8')).toMatch(
      /from '\.\/types\.js'[\s\S]*shop\.unused/,
    )
    expect(folder.typeErrors()).toBe('')
  })

  test('names source, layer, methods and options, and gives the same bytes again', () => {
    const files = (): string[] =>
      readdirSync(join(folder.path, 'made')).map((name) => readFileSync(join(folder.path, 'made', name), 'utf8'))
    generate('shop.count')
    const first = files()
    generate('shop.count')
    expect(files()).toEqual(first)
    for (const text of first) {
      expect(text).toMatch(
        /^\/\/ Generated by mtproto-upload's codegen from shop\.tl \(layer 3\)\.\n\/\/ Methods: shop\.count\n/,
      )
      expect(text).toContain('--runtime mtproto-upload/tl --endings js')
    }
  })

  test('takes the schemas of this package', () => {
    const schema = join(ROOT, 'schema/api.tl')
    const { status, stderr } = codegen(
      '--schema',
      schema,
      '--methods',
      'messages.sendMedia,contacts.search',
      '--out',
      'made',
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(folder.typeErrors()).toBe('')
  })
})

describe('mistakes', () => {
  test('errors in the schema: file, line and column on stderr, exit code 1, nothing written', () => {
    folder.write('bad.tl', 'a x:Nope = A;\n---functions---\nf y:int = ;\ng x:flags.1?int = A;\n')
    const { status, stderr } = codegen('--schema', 'bad.tl', '--methods', 'f', '--out', 'made')
    expect([status, stderr]).toEqual([1, 'bad.tl:3:11: expected a type, found ";"\n'])
    folder.write('bad.tl', 'a x:Nope = A;\n---functions---\ng x:flags.1?int = A;\n')
    expect(codegen('--schema', 'bad.tl', '--methods', 'g', '--out', 'made').stderr).toBe(
      'bad.tl:1:5: unknown type Nope\nbad.tl:3:5: no field flags:# stands before this one\n',
    )
    expect(existsSync(join(folder.path, 'made'))).toBe(false)
  })

  test('a wrong id is an error, unless ids are taken as given', () => {
    folder.write('ids.tl', '---functions---\nf#5 = int;\n')
    const args = ['--schema', 'ids.tl', '--methods', 'f', '--out', 'made']
    expect(codegen(...args)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^ids\.tl:2:1: the id of f is #5/),
    })
    expect(codegen(...args, '--ids', 'given').status).toBe(0)
  })

  test.each([
    [
      'an unknown method',
      ['--schema', 'shop.tl', '--methods', 'shop.find,nope', '--out', 'm'],
      'error: shop.tl: no such method: nope\n',
    ],
    [
      'a missing file',
      ['--schema', 'none.tl', '--methods', 'a', '--out', 'm'],
      'error: cannot read none.tl: no such file\n',
    ],
    ['a folder', ['--schema', '.', '--methods', 'a', '--out', 'm'], 'error: cannot read .: it is a folder\n'],
  ])('%s: one sentence, exit code 1', (_, args, message) => {
    expect(codegen(...args)).toMatchObject({ status: 1, stdout: '', stderr: message })
  })

  test('what generated code cannot express is said', () => {
    folder.write('object.tl', 'r result:Object = R;\n---functions---\nf = R;\n')
    const { status, stderr } = codegen('--schema', 'object.tl', '--methods', 'f', '--out', 'made')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: r\.result is an Object/)])
  })

  test.each([
    ['no options', [], '--schema, --methods and --out are needed'],
    ['an unknown option', ['--nope'], "Unknown option '--nope'"],
    ['an empty name', ['--schema', 'shop.tl', '--methods', 'a,,b', '--out', 'm'], '--methods has an empty name: a,,b'],
    [
      'an unknown ending',
      ['--schema', 'shop.tl', '--methods', 'a', '--out', 'm', '--endings', 'mjs'],
      '--endings is one of js, ts, none',
    ],
  ])('%s: exit code 2', (_, args, message) => {
    const { status, stderr } = codegen(...args)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain('Try --help.')
  })

  test('--help goes to stdout', () => {
    const { status, stdout } = codegen('--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Usage: npm run codegen -- --schema FILE --methods NAME,NAME --out DIR/)
  })
})
