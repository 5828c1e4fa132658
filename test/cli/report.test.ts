/** The sentence for an error: it names the file, once. */
import { expect, test } from 'vitest'
import { sentenceOf } from '../../src/cli/report.ts'
import { FileError, RpcError, UsageError } from '../../src/errors.ts'

const said = (message: string, about: string): string => sentenceOf(new FileError('FILE_EMPTY', message), { about })

test('a message that begins with the name of the file gets it no second time', () => {
  expect(said('a is empty', 'a')).toBe('mtproto-upload: a is empty')
  expect(said('cannot read some/a: no permission', 'some/a')).toBe('mtproto-upload: cannot read some/a: no permission')
  expect(said('standard input is empty', 'standard input')).toBe('mtproto-upload: standard input is empty')
})

test('letters that happen to be in the message are not the name', () => {
  for (const name of ['a', 'me', 'e', 'messages']) {
    const error = new RpcError(400, 'MEDIA_INVALID', 'messages.uploadMedia')
    expect(sentenceOf(error, { about: name })).toMatch(new RegExp(`^mtproto-upload: ${name}: m`))
  }
  expect(said('cannot read cats.jpg: no permission', 'cat')).toBe(
    'mtproto-upload: cat: cannot read cats.jpg: no permission',
  )
  expect(said('cat.jpg is empty', 'cat')).toBe('mtproto-upload: cat: cat.jpg is empty')
})

test('a usage error names the help', () => {
  expect(sentenceOf(new UsageError('no'), { command: 'upload' })).toBe(
    'mtproto-upload: no ("mtproto-upload upload --help" tells more)',
  )
})
