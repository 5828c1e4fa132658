import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderOf, intruders, measureBundle } from '../../scripts/checks/bundle.ts'
import { between, replaceBetween } from '../../scripts/checks/markers.ts'

const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Measures a bundle whose entry has the given text. */
async function measure(text: string): ReturnType<typeof measureBundle> {
  const entry = join(folder, 'entry.ts')
  writeFileSync(entry, text)
  return measureBundle(entry)
}

test('every byte of the bundle is counted, and nothing that tree-shakes away', async () => {
  const reader = join(process.cwd(), 'src/tl/reader.ts')
  const report = await measure(`import { TlReader } from '${reader}'\nconsole.log(new TlReader(new Uint8Array(4)))`)
  expect(report.inputs).toContain('src/tl/reader.ts')
  expect(report.inputs).not.toContain('src/tl/writer.ts')
  expect(report.folders.map(({ folder }) => folder)).toContain('src/tl')
  const parts = report.folders.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(parts).toBeLessThanOrEqual(report.minified)
  expect(report.gzip).toBeLessThan(report.minified)
})

test('an import of Node is kept and reported, not hidden', async () => {
  const report = await measure("import { readFileSync } from 'node:fs'\nconsole.log(readFileSync)")
  expect(report.imports).toEqual(['node:fs'])
  expect(intruders(report.inputs, report.imports)).toEqual(['the bundle imports node:fs'])
})

test('what has no place in a browser is named', () => {
  const misplaced = [
    'src/crypto/native.ts',
    'src/cli/main.ts',
    'src/lab/server/index.ts',
    'src/tl/generated/server/requests.ts',
    'src/tl/generated/client/readers.ts',
    'src/tl/generated/mtproto/client.ts',
    'src/files/source-file.ts',
    'src/client/storage-file.ts',
    'src/client/platform/node.ts',
    'src/transport/carrier/tcp.ts',
  ]
  const fine = [
    'src/crypto/portable.ts',
    'src/client/platform/web.ts',
    'src/tl/generated/compact/schema.ts',
    'src/tl/generated/mtproto/compact.ts',
    'src/files/source.ts',
  ]
  expect(intruders([...misplaced, ...fine], [])).toEqual(misplaced.map((path) => `${path} is in the bundle`))
})

test('files are added up by the part of the house they belong to', () => {
  expect(folderOf('src/client/platform/web.ts')).toBe('src/client')
  expect(folderOf('src/transport/session/session.ts')).toBe('src/transport/session')
  expect(folderOf('src/tl/generated/client/readers.ts')).toBe('src/tl/generated')
  expect(folderOf('src/tl/reader.ts')).toBe('src/tl')
  expect(folderOf('src/errors.ts')).toBe('src')
  expect(folderOf('node_modules/@noble/hashes/sha2.js')).toBe('@noble/hashes')
})

test('a table is written between its markers, again and again, and nothing else changes', () => {
  const page = 'a\n<!-- size:begin -->\nold\n<!-- size:end -->\nb\n'
  const once = replaceBetween(page, 'size', 'new')
  expect(between(once, 'size')).toBe('new')
  expect(once.startsWith('a\n') && once.endsWith('\nb\n')).toBe(true)
  expect(replaceBetween(once, 'size', 'new')).toBe(once)
  expect(() => between('no markers', 'size')).toThrow('markers')
})
