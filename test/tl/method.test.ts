/** Generated methods say which field of a request cannot be written, and leave the writer as it was. */
import { describe, expect, test } from 'vitest'
import { TlError } from '../../src/errors.ts'
import { writeClientMessage } from '../../src/tl/generated/mtproto/client.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { FORMS, type Form, METHODS } from './schema.ts'

function failure(form: Form, media: unknown): TlError {
  const writer = new TlWriter()
  writer.int(1)
  try {
    const request = { _: 'messages.uploadMedia', peer: { _: 'inputPeerSelf' }, media } as never
    METHODS[form].messagesUploadMedia.write(writer, request)
  } catch (error) {
    expect(writer.length).toBe(4)
    if (error instanceof TlError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const file = { _: 'inputFile', id: 1n, parts: 1, name: 'x' }

describe.each(FORMS)('the error names the field and its constructor: %s', (form) => {
  const cases: [what: string, media: unknown, message: RegExp, name: string][] = [
    [
      'a missing field',
      undefined,
      /^media: expected a value of type InputMedia, got undefined/,
      'messages.uploadMedia',
    ],
    ['null', null, /^media: expected a value of type InputMedia, got null/, 'messages.uploadMedia'],
    ['text', 'photo', /^media: expected a value of type InputMedia, got string/, 'messages.uploadMedia'],
    [
      'an unknown constructor',
      { _: 'nope' },
      /^media: expected a value of type InputMedia, got nope/,
      'messages.uploadMedia',
    ],
    [
      'a missing field deep inside',
      { _: 'inputMediaUploadedPhoto', file },
      /^media\.file\.md5Checksum: expected a string, got undefined/,
      'inputFile',
    ],
    [
      'an element of a vector',
      { _: 'inputMediaPaidMedia', starsAmount: 1n, extendedMedia: [{ _: 'inputMediaEmpty' }, { _: 'inputMediaDice' }] },
      /^media\.extendedMedia\.1\.emoticon: expected a string, got undefined/,
      'inputMediaDice',
    ],
    [
      'a field that another of the same flag calls for',
      { _: 'inputMediaPoll', poll: poll(), solution: 'because' },
      /^media\.solutionEntities: expected an array, got undefined/,
      'inputMediaPoll',
    ],
    [
      'a frozen value',
      Object.freeze({ _: 'inputMediaUploadedPhoto', file: Object.freeze({ ...file, md5Checksum: 5 }) }),
      /^media\.file\.md5Checksum: expected a string, got 5/,
      'inputFile',
    ],
  ]
  test.each(cases)('%s', (_, media, message, name) => {
    const error = failure(form, media)
    expect(error.message).toMatch(message)
    expect(error.constructorName).toBe(name)
  })

  function poll(): unknown {
    const question = { _: 'textWithEntities', text: '', entities: [] }
    return { _: 'poll', id: 1n, question, answers: [], hash: 0n }
  }
})

test.each(FORMS)('errors that are not about the value pass as they are: %s', (form) => {
  const media = {
    get _(): string {
      throw new RangeError('from the getter')
    },
  }
  expect(() => failure(form, media)).toThrow(new RangeError('from the getter'))
})

test('messages of MTProto are checked too', () => {
  expect(() => writeClientMessage(new TlWriter(), { _: 'ping' } as never)).toThrow(
    'expected a 64-bit bigint, got undefined',
  )
  expect(() => writeClientMessage(new TlWriter(), { _: 'resPQ' } as never)).toThrow(
    'expected a value of type ClientMessage',
  )
})

test.each(FORMS)('a method without fields writes its id: %s', (form) => {
  const writer = new TlWriter()
  METHODS[form].helpGetConfig.write(writer, { _: 'help.getConfig' })
  expect(writer.length).toBe(4)
})
