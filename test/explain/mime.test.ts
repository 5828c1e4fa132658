import { expect, test } from 'vitest'
import * as brief from '../../src/explain/brief.ts'
import * as full from '../../src/explain/full.ts'

test.each([
  ['cat.jpg', 'image/jpeg'],
  ['cat.JPEG', 'image/jpeg'],
  ['a/b.c/x.webm', 'video/webm'],
  ['voice.ogg', 'audio/ogg'],
  ['a.tar.gz', 'application/gzip'],
  ['table.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['sticker.tgs', 'application/x-tgsticker'],
  ['pdf', undefined],
  ['', undefined],
  ['.', undefined],
])('%s is %s', (name, type) => {
  expect(full.mimeByName(name)).toBe(type)
})

test.each(['jpg', 'png', 'webp', 'gif', 'mp4', 'mp3', 'ogg', 'pdf'])('bundles know .%s as programs do', (extension) => {
  expect(brief.mimeByName(`A.b.${extension.toUpperCase()}`)).toBe(full.mimeByName(`a.${extension}`))
})

test.each(['a.unheard', 'a.constructor', 'pdf.', ''])('bundles do not know "%s"', (name) => {
  expect(brief.mimeByName(name)).toBeUndefined()
})

test('a URL that cannot be fetched says why in words, also where the system has none', () => {
  const failed = (cause: Error): Error => new TypeError('fetch failed', { cause })
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
  expect(full.reasonOfFile(failed(refused))).toEqual(['FILE_NOT_READABLE', expect.stringMatching(/^nothing listens/)])
  expect(full.reasonOfFile(failed(new Error('bad port')))?.[1]).toMatch(/use another port$/)
  expect(full.reasonOfFile(failed(new Error('unknown scheme')))).toEqual(['FILE_NOT_READABLE', 'unknown scheme'])
})

test('a file that changed while a page reads it is told as such, and nothing is made of what is not known', () => {
  for (const { reasonOfFile } of [brief, full]) {
    expect(reasonOfFile(new DOMException('gone', 'NotReadableError'))?.[0]).toBe('FILE_CHANGED')
    for (const error of [undefined, null, 5, 'text', new TypeError('no'), { name: 'constructor' }]) {
      expect(reasonOfFile(error)).toBeUndefined()
    }
  }
})
