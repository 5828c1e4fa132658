/**
 * GramJS (`telegram`): logs in, uploads, reads back, comes again.
 *
 * It has no options for a server of one's own: the key goes into the map of its RSA module, the port into a subclass of
 * its connections, and `getDC` must not look anything up.
 */
import { createHash, createPublicKey } from 'node:crypto'
import { Api, type Connection, errors, helpers, TelegramClient } from 'telegram'
import { CustomFile } from 'telegram/client/uploads.js'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { PromisedNetSockets, PromisedWebSockets } from 'telegram/extensions/index.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { ConnectionTCPAbridged, ConnectionTCPFull, ConnectionTCPObfuscated } from 'telegram/network/index.js'
import { MemorySession } from 'telegram/sessions/index.js'
import { serializeBytes } from 'telegram/tl/generationHelpers.js'
import type { Decoded, Job, Sample } from '../harness/job.ts'
import { decoded, main, tell, tellDownloaded } from '../harness/program.ts'

/**
 * Its abridged framing asks the socket for as many bytes as a packet has, and takes what came so far for all of them: a
 * packet of more than one segment is lost. With a socket that waits for the rest, it works.
 */
class PatientSockets extends PromisedNetSockets {
  override async read(length: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (let missing = length; missing > 0; missing -= chunks.at(-1)?.length ?? 0)
      chunks.push(await super.read(missing))
    return Buffer.concat(chunks)
  }
}

/** What the client is told, by transport. With a proxy, it chooses the connection itself. */
const TRANSPORTS = {
  full: { connection: ConnectionTCPFull, networkSocket: PromisedNetSockets },
  abridged: { connection: ConnectionTCPAbridged, networkSocket: PatientSockets },
  obfuscated: { connection: ConnectionTCPObfuscated, networkSocket: PromisedNetSockets },
  websocket: { connection: ConnectionTCPObfuscated, networkSocket: PromisedWebSockets },
  mtproxy: { connection: ConnectionTCPObfuscated, networkSocket: PromisedNetSockets },
}

/** Lets its key exchange accept the server's key. */
function addServerKey(pem: string): void {
  const { n = '', e = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const [modulus, exponent] = [Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')]
  const bare = Buffer.concat([serializeBytes(modulus), serializeBytes(exponent)])
  const fingerprint = createHash('sha1').update(bare).digest().readBigInt64LE(12)
  _serverKeys.set(String(fingerprint), {
    n: helpers.returnBigInt(BigInt(`0x${modulus.toString('hex')}`)),
    e: exponent.readUIntBE(0, exponent.length),
  })
}

/** A connection that goes to this port, whatever the client thinks. */
function toPort(base: typeof Connection, port: number): typeof Connection {
  return class extends base {
    constructor(parameters: ConstructorParameters<typeof Connection>[0]) {
      super({ ...parameters, port })
    }
  }
}

/** Its objects keep what was read in `originalArgs`, and their constructor in `className`. */
function plain(value: unknown): Decoded {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || !('className' in value)) return decoded(value)
  const { className, originalArgs } = value as { className: string; originalArgs: Record<string, unknown> }
  const fields = Object.entries(originalArgs).filter(([key]) => key !== 'CONSTRUCTOR_ID' && !/^flags\d?$/.test(key))
  return { _: className, ...Object.fromEntries(fields.map(([key, field]) => [key, plain(field)])) }
}

function keyOf(client: TelegramClient): string {
  return client.session.getAuthKey()?.getKey()?.toString('hex') ?? ''
}

function mediaOf(sample: Sample, file: Api.TypeInputFile): Api.TypeInputMedia {
  if (sample.name === 'photo') return new Api.InputMediaUploadedPhoto({ file })
  const attributes: Api.TypeDocumentAttribute[] = [new Api.DocumentAttributeFilename({ fileName: sample.fileName })]
  const { duration, width: w = 0, height: h = 0 } = sample
  if (duration !== undefined) {
    attributes.unshift(new Api.DocumentAttributeVideo({ duration, w, h, supportsStreaming: true }))
  }
  return new Api.InputMediaUploadedDocument({ file, mimeType: sample.mimeType, attributes })
}

/** Downloads what a MessageMedia shows. */
async function download(client: TelegramClient, media: Api.TypeMessageMedia): Promise<Uint8Array> {
  if (media instanceof Api.MessageMediaPhoto && media.photo instanceof Api.Photo) {
    const { id, accessHash, fileReference, sizes, dcId } = media.photo
    const thumbSize = sizes.at(-1)?.className === 'PhotoSize' ? (sizes.at(-1) as Api.PhotoSize).type : ''
    const location = new Api.InputPhotoFileLocation({ id, accessHash, fileReference, thumbSize })
    return (await client.downloadFile(location, { dcId })) as Buffer
  }
  if (media instanceof Api.MessageMediaDocument && media.document instanceof Api.Document) {
    const { id, accessHash, fileReference, dcId, size } = media.document
    const location = new Api.InputDocumentFileLocation({ id, accessHash, fileReference, thumbSize: '' })
    return (await client.downloadFile(location, { dcId, fileSize: size })) as Buffer
  }
  throw new Error(`nothing to download in ${media.className}`)
}

async function run(job: Job): Promise<void> {
  const { host, port, dcId, apiId, apiHash, botToken, transport, proxy } = job
  const way = Object.entries(TRANSPORTS).find(([name]) => name === transport)?.[1]
  if (way === undefined) throw new Error(`GramJS has no transport ${transport}`)
  addServerKey(job.key)
  const session = new MemorySession()
  session.setDC(dcId, host, port)
  const open = (): TelegramClient => {
    const client = new TelegramClient(session, apiId, apiHash, {
      connection: proxy ? way.connection : toPort(way.connection, port),
      networkSocket: way.networkSocket,
      ...(proxy && { proxy: { MTProxy: true, ip: proxy.host, port: proxy.port, secret: proxy.secret } }),
      connectionRetries: 1,
      requestRetries: 1,
      securityChecks: true,
    })
    client.setLogLevel(LogLevel.WARN)
    client.getDC = async (id) => ({ id, ipAddress: host, port })
    return client
  }

  const client = open()
  if (!(await client.connect())) throw new Error('no connection')
  tell({ fact: 'key', authKey: keyOf(client) })
  tell({ fact: 'login', user: plain(await client.signInBot({ apiId, apiHash }, { botAuthToken: botToken })) })

  for (const sample of job.samples) {
    const file = await client.uploadFile({
      file: new CustomFile(sample.fileName, sample.size, sample.path),
      workers: 4,
    })
    tell({ fact: 'uploaded', sample: sample.name, file: plain(file) })
    const peer = sample.peer === 'self' ? new Api.InputPeerSelf() : new Api.InputPeerEmpty()
    const media = await client.invoke(new Api.messages.UploadMedia({ peer, media: mediaOf(sample, file) }))
    tell({ fact: 'media', sample: sample.name, media: plain(media) })
    tellDownloaded(sample.name, await download(client, media))
  }

  try {
    await client.invoke(new Api.contacts.ResolveUsername({ username: 'nobody_is_called_so' }))
  } catch (error) {
    if (!(error instanceof errors.RPCError)) throw error
    tell({ fact: 'refused', code: error.code ?? 0, error: error.errorMessage })
  }

  await client.destroy()
  const again = open()
  if (!(await again.connect())) throw new Error('no second connection')
  tell({ fact: 'returned', authKey: keyOf(again), user: plain(await again.getMe()) })
  await again.destroy()
}

await main(run)
