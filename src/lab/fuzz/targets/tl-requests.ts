/**
 * Fuzzes what the test DC reads: requests of our layer and of older ones, packed and wrapped, and messages of a client.
 *
 * The first byte names the reader; the second is the layer that the dialect's reader begins with, or the number of a type.
 */
import { concat } from '../../../bytes.ts'
import { portableCrypto } from '../../../crypto/portable.ts'
import { TlError } from '../../../errors.ts'
import * as methods from '../../../tl/generated/client/methods.ts'
import * as writers from '../../../tl/generated/client/writers.ts'
import * as clientMessages from '../../../tl/generated/mtproto/client.ts'
import { readClientMessage } from '../../../tl/generated/mtproto/server.ts'
import type { ClientMessage } from '../../../tl/generated/mtproto/types.ts'
import * as readers from '../../../tl/generated/server/readers.ts'
import { readRequest } from '../../../tl/generated/server/requests.ts'
import type { TlEncode } from '../../../tl/method.ts'
import { TlReader } from '../../../tl/reader.ts'
import { TlWriter } from '../../../tl/writer.ts'
import { DialectReader } from '../../server/dialect/dialect-reader.ts'
import { same } from '../equal.ts'
import { storedGzip } from '../stored-gzip.ts'
import { type FuzzTarget, must, type Outcome, outcomeOf } from '../target.ts'

/** Any request, as the readers give it: what is wrapped stands in `query`. */
interface AnyValue {
  readonly _: string
  readonly query?: AnyValue
}

type Write = (writer: TlWriter, value: unknown) => void

/** Every type that requests contain, with its reader and its writer. */
const TYPES: readonly (readonly [name: string, read: (reader: TlReader) => unknown, write: Write])[] = Object.entries(
  readers as unknown as Readonly<Record<string, (reader: TlReader) => unknown>>,
).flatMap(([name, read]) => {
  const type = name.slice('read'.length)
  const write = (writers as unknown as Readonly<Record<string, Write | undefined>>)[`write${type}`]
  return write ? [[type, read, write] as const] : []
})

/** The two bytes that stand in front of a value of a type. */
export function typeHead(name: string): Uint8Array {
  return Uint8Array.of(
    3,
    TYPES.findIndex(([type]) => type === name),
  )
}

/** How the client writes each request, by the method's name. */
const WRITERS: ReadonlyMap<string, Write> = (() => {
  const found = new Map<string, Write>()
  for (const [name, method] of Object.entries(methods as Readonly<Record<string, unknown>>)) {
    if (name.startsWith('write')) {
      found.set(
        name.slice('write'.length).replace(/^./, (letter) => letter.toLowerCase()),
        method as Write,
      )
    } else if (typeof method === 'object') {
      const { name: own, write } = method as { readonly name: string; readonly write: Write }
      found.set(own, write)
    }
  }
  return found
})()

/** Writes a request as it was read; undefined if the client has no writer for it, or for what it wraps. */
function encodeRequest(value: AnyValue): TlEncode | undefined {
  const write = WRITERS.get(value._)
  if (!write) return undefined
  if (value.query === undefined) return (writer) => write(writer, value)
  const query = encodeRequest(value.query)
  return query && ((writer) => write(writer, { ...value, query }))
}

function bytesOf(encode: TlEncode): Uint8Array {
  const writer = new TlWriter()
  encode(writer)
  return writer.finish().slice()
}

const message = (value: ClientMessage): Uint8Array =>
  bytesOf((writer) => clientMessages.writeClientMessage(writer, value))

function read(kind: number, layer: number, bytes: Uint8Array): Outcome<AnyValue> {
  const reader = new TlReader(bytes)
  return outcomeOf((): AnyValue => {
    if (kind === 0) return readRequest(reader)
    if (kind === 1) return readClientMessage(reader)
    if (kind === 3) return TYPES[layer % TYPES.length]![1](reader) as AnyValue
    return new DialectReader(portableCrypto, reader, { layer }).request()
  }, TlError)
}

/** Writes what the reader of a kind has read; undefined for the dialect, which reads more than anything writes. */
function encoderOf(kind: number, type: number, value: AnyValue): TlEncode | undefined {
  if (kind === 0) return encodeRequest(value)
  if (kind === 1) return (writer) => clientMessages.writeClientMessage(writer, value as ClientMessage)
  return kind === 3 ? (writer) => TYPES[type % TYPES.length]![2](writer, value) : undefined
}

const nonce = new Uint8Array(16).fill(3)
const request: TlEncode = (writer) =>
  methods.messagesUploadMedia.write(writer, {
    _: 'messages.uploadMedia',
    peer: { _: 'inputPeerSelf' },
    media: {
      _: 'inputMediaUploadedDocument',
      file: { _: 'inputFileBig', id: 3n, parts: 100, name: 'film.mp4' },
      mimeType: 'video/mp4',
      attributes: [{ _: 'documentAttributeVideo', duration: 61.5, w: 1280, h: 720, supportsStreaming: true }],
    },
  })
const wrapped: TlEncode = (writer) =>
  methods.writeInvokeWithLayer(writer, {
    _: 'invokeWithLayer',
    layer: 177,
    query: (inner) =>
      methods.writeInitConnection(inner, {
        _: 'initConnection',
        apiId: 1,
        deviceModel: 'a',
        systemVersion: 'b',
        appVersion: 'c',
        systemLangCode: 'en',
        langPack: '',
        langCode: 'en',
        query: (core) => methods.helpGetConfig.write(core, { _: 'help.getConfig' }),
      }),
  })

/** A request within `gzip_packed`, as it is: one stored block. */
function packed(body: Uint8Array): Uint8Array {
  return bytesOf((writer) => {
    writer.uint(0x3072cfa1)
    writer.bytes(storedGzip(body))
  })
}

export const target: FuzzTarget = {
  name: 'tl-requests',
  about: 'requests and messages of a client, in our layer and older ones; what is read is written and read again',
  maxLength: 1024,
  steps: { base: 30_000, perByte: 500 },
  memory: { base: 20_000, perByte: 1200 },
  words: [0x3072cfa1, 0xda9b0d0d, 0xc1cd5ea9, 0xbf9459b7, 0xcb9f372d],
  seeds: () => [
    concat(Uint8Array.of(2, 223), packed(bytesOf(request))),
    ...[request, wrapped].flatMap((encode) => [
      concat(Uint8Array.of(0, 0), bytesOf(encode)),
      concat(Uint8Array.of(2, 223), bytesOf(encode)),
      concat(Uint8Array.of(2, 150), bytesOf(encode)),
    ]),
    concat(
      Uint8Array.of(0, 0),
      bytesOf((w) =>
        methods.uploadSaveFilePart.write(w, {
          _: 'upload.saveFilePart',
          fileId: 1n,
          filePart: 0,
          bytes: new Uint8Array(300),
        }),
      ),
    ),
    concat(Uint8Array.of(1, 0), message({ _: 'req_pq_multi', nonce })),
    concat(Uint8Array.of(1, 0), message({ _: 'msgs_ack', msgIds: [1n, 2n, 3n] })),
    concat(Uint8Array.of(1, 0), message({ _: 'msgs_all_info', msgIds: [1n], info: Uint8Array.of(4) })),
    concat(Uint8Array.of(1, 0), message({ _: 'ping_delay_disconnect', pingId: 1n, disconnectDelay: 75 })),
  ],
  run(input) {
    if (input.length < 2) return
    const kind = input[0]! % 4
    const bytes = input.subarray(2)
    const first = read(kind, input[1]!, bytes)
    if ('error' in first) return
    const encode = encoderOf(kind, input[1]!, first.value)
    if (encode) {
      const again = read(kind, input[1]!, bytesOf(encode))
      must('value' in again && same(again.value, first.value), 'what is read is the same when written and read again')
    }
    if (kind !== 0) return
    // Whatever our layer's reader takes, the dialect's reader takes as the same, unless an older layer is named inside.
    if (first.value._ === 'invokeWithLayer' || first.value.query !== undefined) return
    const other = read(2, 255, bytes)
    must(
      'value' in other && same(other.value, first.value),
      'the reader of all layers reads ours like the reader of ours',
    )
  },
}
