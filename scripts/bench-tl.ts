/**
 * `npm run bench:tl`: how fast the two forms of the generated client are, side by side, in one process.
 *
 * For the record only: nothing fails. Rounds of both forms alternate and the best of each counts, so that what else the
 * machine does weighs little; look at the ratio, not at the times.
 */

import type { MessageMedia, MessagesUploadMediaRequest } from '../src/tl/generated/api-types.ts'
import * as straight from '../src/tl/generated/client/methods.ts'
import * as compact from '../src/tl/generated/compact/methods.ts'
import { writeMessageMedia } from '../src/tl/generated/server/writers.ts'
import { TlReader } from '../src/tl/reader.ts'
import { TlWriter } from '../src/tl/writer.ts'

const ROUNDS = 30
/** Length of a round in milliseconds. */
const ROUND = 20

const thumb = { _: 'photoSize', type: 'm', w: 320, h: 180, size: 9000 } as const
const media: MessageMedia = {
  _: 'messageMediaPhoto',
  photo: {
    _: 'photo',
    id: 1n,
    accessHash: 2n,
    fileReference: new Uint8Array(25),
    date: 1_700_000_000,
    sizes: [
      { _: 'photoStrippedSize', type: 'i', bytes: new Uint8Array(200) },
      thumb,
      { ...thumb, type: 'x', w: 800, h: 450 },
      { _: 'photoSizeProgressive', type: 'y', w: 1280, h: 720, sizes: [9000, 20_000, 40_000, 60_000, 90_000] },
    ],
    dcId: 2,
  },
}
const request: MessagesUploadMediaRequest = {
  _: 'messages.uploadMedia',
  peer: { _: 'inputPeerSelf' },
  media: {
    _: 'inputMediaUploadedDocument',
    file: { _: 'inputFileBig', id: 3n, parts: 100, name: 'film.mp4' },
    mimeType: 'video/mp4',
    attributes: [
      { _: 'documentAttributeVideo', duration: 61.5, w: 1280, h: 720, supportsStreaming: true },
      { _: 'documentAttributeFilename', fileName: 'film.mp4' },
    ],
  },
}
const part = { _: 'upload.saveFilePart', fileId: 4n, filePart: 0, bytes: new Uint8Array(512 << 10) } as const

const answer = new TlWriter()
writeMessageMedia(answer, media)
const bytes = answer.finish().slice()
const small = new TlWriter()
const large = new TlWriter(600 << 10)

const tasks: readonly [name: string, run: (form: typeof straight) => void][] = [
  ['read a photo', (form) => void form.messagesUploadMedia.read(new TlReader(bytes))],
  [
    'write a request with a document',
    (form) => {
      small.pos = 0
      form.messagesUploadMedia.write(small, request)
    },
  ],
  [
    'write a part of 512 KiB',
    (form) => {
      large.pos = 0
      form.uploadSaveFilePart.write(large, part)
    },
  ],
]

/** Nanoseconds that one run takes, measured over one round. */
function measure(run: () => void): number {
  const start = performance.now()
  let runs = 0
  for (; performance.now() - start < ROUND; runs += 10) for (let i = 0; i < 10; i++) run()
  return ((performance.now() - start) * 1e6) / runs
}

console.log('| task | straight-line | compact | ratio |\n| --- | ---: | ---: | ---: |')
for (const [name, run] of tasks) {
  let [fast, slow] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    fast = Math.min(
      fast,
      measure(() => run(straight)),
    )
    slow = Math.min(
      slow,
      measure(() => run(compact)),
    )
  }
  console.log(`| ${name} | ${fast.toFixed(0)} ns | ${slow.toFixed(0)} ns | ${(slow / fast).toFixed(1)} |`)
}
