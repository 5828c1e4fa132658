/**
 * mtcute (`@mtcute/node`): logs in, uploads, reads back, comes again.
 *
 * The key is added to the library's list, the address is an option, and a transport may bring any of the library's codecs.
 */
import { connectWs } from '@fuman/net'
import {
  IntermediatePacketCodec,
  type IPacketCodec,
  MemoryStorage,
  MtProxyTcpTransport,
  ObfuscatedPacketCodec,
  PaddedIntermediatePacketCodec,
  TcpTransport,
  TelegramClient,
  type TelegramTransport,
  tl,
} from '@mtcute/node'
import { addPublicKey, NodeCryptoProvider } from '@mtcute/node/utils.js'
import { __tlReaderMap as readerMap } from '@mtcute/tl/binary/reader.js'
import { __tlWriterMap as writerMap } from '@mtcute/tl/binary/writer.js'
import { WebSocket } from 'ws'
import type { Job, Sample } from '../harness/job.ts'
import { decoded, main, tell, tellDownloaded } from '../harness/program.ts'

/**
 * The layer of the test DC. By itself the library speaks a newer one, of which the DC cannot know; it takes the schema of
 * any other, and brings them out one by one as packages.
 */
const LAYER = 223

/** TCP with another codec than its own. */
function tcp(packetCodec: () => IPacketCodec): TelegramTransport {
  return Object.assign(new TcpTransport(), { packetCodec })
}

/** Web pages get a transport like this from the library; under Node it has none. */
function webSocket(): TelegramTransport {
  return {
    connect: ({ ipAddress, port }) => {
      const endpoint = {
        url: `ws://${ipAddress}:${port}/apiws`,
        protocols: 'binary',
        implementation: WebSocket as never,
      }
      return connectWs(endpoint)
    },
    packetCodec: () => new ObfuscatedPacketCodec(new IntermediatePacketCodec()),
  }
}

const TRANSPORTS: Readonly<Record<string, (job: Job) => TelegramTransport>> = {
  intermediate: () => new TcpTransport(),
  padded: () => tcp(() => new PaddedIntermediatePacketCodec()),
  'obfuscated padded': () => tcp(() => new ObfuscatedPacketCodec(new PaddedIntermediatePacketCodec())),
  websocket: webSocket,
  mtproxy: ({ proxy }) => new MtProxyTcpTransport(proxy!),
}

function mediaOf(sample: Sample, file: tl.TypeInputFile): tl.TypeInputMedia {
  if (sample.name === 'photo') return { _: 'inputMediaUploadedPhoto', file }
  const attributes: tl.TypeDocumentAttribute[] = [{ _: 'documentAttributeFilename', fileName: sample.fileName }]
  const { duration, width: w = 0, height: h = 0 } = sample
  if (duration !== undefined) {
    attributes.unshift({ _: 'documentAttributeVideo', duration, w, h, supportsStreaming: true })
  }
  return { _: 'inputMediaUploadedDocument', file, mimeType: sample.mimeType, attributes }
}

/** Downloads what a MessageMedia shows. */
async function download(client: TelegramClient, media: tl.TypeMessageMedia): Promise<Uint8Array> {
  if (media._ === 'messageMediaPhoto' && media.photo?._ === 'photo') {
    const { id, accessHash, fileReference, sizes, dcId } = media.photo
    const size = sizes.at(-1)
    const thumbSize = size?._ === 'photoSize' ? size.type : ''
    const location: tl.TypeInputFileLocation = { _: 'inputPhotoFileLocation', id, accessHash, fileReference, thumbSize }
    return client.downloadAsBuffer(location, { dcId })
  }
  if (media._ === 'messageMediaDocument' && media.document?._ === 'document') {
    const { id, accessHash, fileReference, dcId, size } = media.document
    const location: tl.TypeInputFileLocation = {
      _: 'inputDocumentFileLocation',
      id,
      accessHash,
      fileReference,
      thumbSize: '',
    }
    return client.downloadAsBuffer(location, { dcId, fileSize: size })
  }
  throw new Error(`nothing to download in ${media._}`)
}

async function run(job: Job): Promise<void> {
  const { host, port, dcId, apiId, apiHash, botToken, transport } = job
  const makeTransport = TRANSPORTS[transport]
  if (makeTransport === undefined) throw new Error(`mtcute has no transport ${transport}`)
  const crypto = new NodeCryptoProvider()
  await crypto.initialize()
  addPublicKey(crypto, job.key)
  const storage = new MemoryStorage()
  const dc = { id: dcId, ipAddress: host, port }
  const open = (): TelegramClient =>
    new TelegramClient({
      apiId,
      apiHash,
      storage,
      crypto,
      transport: makeTransport(job),
      defaultDcs: { main: dc, media: dc },
      disableUpdates: true,
      updates: false,
      logLevel: 2,
      overrideLayer: LAYER,
      readerMap,
      writerMap,
    })
  const keyOf = (): string => Buffer.from(storage.authKeys.get(dcId) ?? []).toString('hex')

  const client = open()
  await client.connect()
  // The exchange takes place when the first call needs it.
  await client.call({ _: 'help.getConfig' })
  tell({ fact: 'key', authKey: keyOf() })
  tell({ fact: 'login', user: decoded((await client.signInBot(botToken)).raw) })

  for (const sample of job.samples) {
    const { inputFile } = await client.uploadFile({
      file: sample.path,
      fileName: sample.fileName,
      fileMime: sample.mimeType,
    })
    tell({ fact: 'uploaded', sample: sample.name, file: decoded(inputFile) })
    const peer: tl.TypeInputPeer = { _: sample.peer === 'self' ? 'inputPeerSelf' : 'inputPeerEmpty' }
    const media = await client.call({ _: 'messages.uploadMedia', peer, media: mediaOf(sample, inputFile) })
    tell({ fact: 'media', sample: sample.name, media: decoded(media) })
    tellDownloaded(sample.name, await download(client, media))
  }

  try {
    await client.call({ _: 'contacts.resolveUsername', username: 'nobody_is_called_so' })
  } catch (error) {
    if (!tl.RpcError.is(error)) throw error
    tell({ fact: 'refused', code: error.code, error: error.text })
  }

  await client.disconnect()
  const again = open()
  await again.connect()
  const [user] = await again.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
  tell({ fact: 'returned', authKey: keyOf(), user: decoded(user) })
  await again.destroy()
}

await main(run)
