/** Files in raw media of any shape: each is uploaded once, as what it is; what the caller gave stays as it was. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { fillMedia, type MediaLike, type MediaTools, type MediaWithFiles, photo } from '../../src/files/index.ts'
import type {
  DocumentAttribute,
  InputFile,
  InputMedia,
  InputPhoto,
  LabeledPrice,
} from '../../src/tl/generated/api-types.ts'
import { writeInputMedia } from '../../src/tl/generated/client/writers.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const BEFORE: InputFile = { _: 'inputFileBig', id: 9n, parts: 3, name: 'old' }
const THERE: InputPhoto = { _: 'inputPhoto', id: 1n, accessHash: 2n, fileReference: Uint8Array.of(3) }

/** A file to upload; its name says what it should be uploaded as. */
const file = (kind: string): fc.Arbitrary<string | InputFile> => fc.oneof(fc.constant(kind), fc.constant(BEFORE))
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })

const aPhoto = fc.record({
  _: fc.constant('inputMediaUploadedPhoto' as const),
  file: file('photo'),
  spoiler: maybe(fc.constant(true as const)),
})
const aDocument = fc.record({
  _: fc.constant('inputMediaUploadedDocument' as const),
  file: file('file'),
  thumb: maybe(file('thumb')),
  videoCover: maybe(fc.oneof(fc.constant('cover'), fc.constant(THERE))),
  mimeType: fc.constant('a/b'),
  attributes: fc.constant<DocumentAttribute[]>([]),
})
const plain = fc.constantFrom<InputMedia>({ _: 'inputMediaDice', emoticon: '🎲' }, { _: 'inputMediaPhoto', id: THERE })
const leaf: fc.Arbitrary<MediaLike> = fc.oneof(aPhoto, aDocument, plain, fc.constant(photo('photo')))
const media: fc.Arbitrary<MediaWithFiles> = fc.oneof(
  aPhoto,
  aDocument,
  plain,
  fc.record({
    _: fc.constant('inputMediaPaidMedia' as const),
    starsAmount: fc.constant(1n),
    extendedMedia: fc.array(leaf, { maxLength: 5 }),
  }),
  fc.record({
    _: fc.constant('inputMediaInvoice' as const),
    title: fc.string(),
    description: fc.string(),
    invoice: fc.constant({ _: 'invoice' as const, currency: 'XTR', prices: [] as LabeledPrice[] }),
    payload: fc.constant(new Uint8Array()),
    providerData: fc.constant({ _: 'dataJSON' as const, data: 'null' }),
    extendedMedia: maybe(leaf),
  }),
)

/** The files in a value, by what they are to be uploaded as. */
function filesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if ('resolve' in value) return ['photo']
  return Object.entries(value).flatMap(([key, field]) =>
    ['file', 'thumb', 'videoCover'].includes(key) ? (typeof field === 'string' ? [field] : []) : filesIn(field),
  )
}

/** A value as text, to see whether it was changed. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => (typeof field === 'bigint' ? `${field}n` : field))
}

test.prop([media, fc.boolean()])('whatever is nested where', async (given, watched) => {
  const before = textOf(given)
  const sent: string[] = []
  const upload: MediaTools['upload'] = async (one, { kind }) => {
    expect(one).toBe(kind)
    sent.push(kind)
    return {
      inputFile: { _: 'inputFile', id: 1n, parts: 1, name: '', md5Checksum: '' },
      name: undefined,
      type: undefined,
    }
  }
  const tools: MediaTools = {
    host: new VirtualHost(),
    fillMedia,
    upload,
    ...(watched && { onProgress() {} }),
    async make() {
      sent.push('cover')
      return {
        _: 'messageMediaPhoto',
        photo: { _: 'photo', id: 1n, accessHash: 2n, fileReference: new Uint8Array(), date: 0, sizes: [], dcId: 1 },
      }
    },
  }
  const filled = await fillMedia(given, tools)
  expect(sent.toSorted()).toEqual(filesIn(given).toSorted())
  expect(filesIn(filled)).toEqual([])
  writeInputMedia(new TlWriter(), filled)
  expect(textOf(given)).toBe(before)
})
