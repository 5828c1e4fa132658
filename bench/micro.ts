/**
 * The inner loops, ours beside the others', in one process: TL of a part and of a photo's MessageMedia, and AES-256-IGE.
 *
 * Rounds alternate and the best of each counts, so that what else the machine does weighs little. Sends its parent the
 * nanoseconds of each and ends.
 */
import { createCipheriv } from 'node:crypto'
import { Long } from '@mtcute/node'
import { NodeCryptoProvider, TlBinaryReader, TlBinaryWriter } from '@mtcute/node/utils.js'
import { __tlReaderMap as readerMap } from '@mtcute/tl/binary/reader.js'
import { __tlWriterMap as writerMap } from '@mtcute/tl/binary/writer.js'
import { IGE } from 'telegram/crypto/IGE.js'
import { nativeCrypto } from '../src/crypto/native.ts'
import { BorrowingWriter } from '../src/tl/borrowing-writer.ts'
import { type MessageMedia, messagesUploadMedia, TlReader, TlWriter, uploadSaveBigFilePart } from '../src/tl/index.ts'
import { measureAll, type Tasks } from './measure.ts'

const ROUNDS = 20
const PART = 512 * 1024
/** Bytes that a session leaves free before and behind a message. */
const ROOM = 128

const bytes = new Uint8Array(PART).map((_, i) => 13 * i)

/** A photo with a stripped size, two sizes and a progressive one, as servers send it: 400 bytes. */
const photoObject = {
  _: 'messageMediaPhoto',
  photo: {
    _: 'photo',
    id: Long.fromNumber(1),
    accessHash: Long.fromNumber(2),
    fileReference: new Uint8Array(25),
    date: 1_700_000_000,
    sizes: [
      { _: 'photoStrippedSize', type: 'i', bytes: new Uint8Array(200) },
      { _: 'photoSize', type: 'm', w: 320, h: 180, size: 9000 },
      { _: 'photoSize', type: 'x', w: 800, h: 450, size: 60_000 },
      { _: 'photoSizeProgressive', type: 'y', w: 1280, h: 720, sizes: [9000, 20_000, 40_000, 60_000, 90_000] },
    ],
    dcId: 2,
  },
}
// A plain array, as sessions have it, whatever the writer makes.
const photo = new Uint8Array(TlBinaryWriter.serializeObject(writerMap, photoObject))

const pair = new Int32Array(2)
const long = new BigInt64Array(pair.buffer)

/** The bigint that the two words of its place hold. */
function longAt(at: number): bigint {
  pair[0] = photo[at]!
  pair[1] = photo[at + 4]!
  return long[0]!
}

/** What decoding has to make, made without it: one byte is read where a bigint or a string comes of it, no more. */
function makeMedia(): MessageMedia {
  const { buffer } = photo
  const type = (at: number): string => String.fromCharCode(photo[at]!)
  const sizes = [9000, 20_000, 40_000, 60_000, 90_000]
  return {
    _: 'messageMediaPhoto',
    photo: {
      _: 'photo',
      id: longAt(16),
      accessHash: longAt(24),
      fileReference: new Uint8Array(buffer, 33, 25),
      date: 1_700_000_000,
      sizes: [
        { _: 'photoStrippedSize', type: type(81), bytes: new Uint8Array(buffer, 85, 200) },
        { _: 'photoSize', type: type(293), w: 320, h: 180, size: 9000 },
        { _: 'photoSize', type: type(313), w: 800, h: 450, size: 60_000 },
        { _: 'photoSizeProgressive', type: type(333), w: 1280, h: 720, sizes },
      ],
      dcId: 2,
    },
  }
}

const head = { filePart: 3, fileTotalParts: 4000, bytes }
const ourPart = { _: 'upload.saveBigFilePart', fileId: 4n, ...head } as const
/** Where a packet is built: lent by the carrier, again and again. */
const packet = new Uint8Array(PART + ROOM)
const theirPart = { _: 'upload.saveBigFilePart', fileId: Long.fromNumber(4), ...head }

const key = new Uint8Array(32).map((_, i) => 7 * i + 1)
const iv = new Uint8Array(32).map((_, i) => 11 * i + 3)
const mtcute = new NodeCryptoProvider()
await mtcute.initialize()
const gramjs = new IGE(Buffer.from(key), Buffer.from(iv))
const asBuffer = Buffer.from(bytes)

const TASKS: Tasks = {
  'encode a part': {
    // As a connection has it done: the part stays where it is until it is encrypted, and memory for the packet is there.
    ours: () => uploadSaveBigFilePart.write(new BorrowingWriter(PART + ROOM, 0, packet), ourPart),
    'ours, with a copy': () => uploadSaveBigFilePart.write(new TlWriter(PART + ROOM, 0, packet), ourPart),
    'ours, into fresh memory': () => uploadSaveBigFilePart.write(new TlWriter(PART + ROOM), ourPart),
    mtcute: () => TlBinaryWriter.serializeObject(writerMap, theirPart),
  },
  "decode a photo's MessageMedia": {
    // As a session reads an answer: byte strings are views of it, which mtcute's always are.
    ours: () => messagesUploadMedia.read(new TlReader(photo, 0, photo.length, { views: true })),
    'ours, with copies': () => messagesUploadMedia.read(new TlReader(photo)),
    'the object alone (floor)': makeMedia,
    mtcute: () => TlBinaryReader.deserializeObject(readerMap, photo),
  },
  'encrypt a part (AES-256-IGE)': {
    // In place: the client encrypts a message where it stands.
    ours: () => nativeCrypto.igeEncrypt(key, iv, bytes),
    'CBC (floor)': () => createCipheriv('aes-256-cbc', key, iv.subarray(0, 16)).setAutoPadding(false).update(bytes),
    mtcute: () => mtcute.createAesIge(key, iv).encrypt(bytes),
    GramJS: () => gramjs.encryptIge(asBuffer),
  },
}

process.send?.(measureAll(TASKS, ROUNDS), () => process.exit())
