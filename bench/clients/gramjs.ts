/**
 * GramJS: it has no options for another server, so the key goes into the map of its RSA module, the port into a subclass of
 * its connection, and the look-up of a DC's address is replaced.
 */
import { createHash, createPublicKey } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Api, type Connection, helpers, TelegramClient } from 'telegram'
import { CustomFile } from 'telegram/client/uploads.js'
import { AuthKey } from 'telegram/crypto/AuthKey.js'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { ConnectionTCPFull } from 'telegram/network/index.js'
import { MemorySession } from 'telegram/sessions/index.js'
import { serializeBytes } from 'telegram/tl/generationHelpers.js'
import { main } from '../program.ts'

/** Its examples use as many. */
const WORKERS = 4
const NAME = 'bench.bin'

function trust(pem: string): void {
  const { n = '', e = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const modulus = Buffer.from(n, 'base64url')
  const exponent = Buffer.from(e, 'base64url')
  const digest = createHash('sha1')
    .update(Buffer.concat([serializeBytes(modulus), serializeBytes(exponent)]))
    .digest()
  _serverKeys.set(String(digest.readBigInt64LE(12)), {
    n: helpers.returnBigInt(BigInt(`0x${modulus.toString('hex')}`)),
    e: exponent.readUIntBE(0, exponent.length),
  })
}

await main(async ({ host, port, dcId, key, apiId, apiHash, botToken, path, size, session: place }) => {
  trust(key)
  const session = new MemorySession()
  session.setDC(dcId, host, port)
  const stored = place !== '' && existsSync(place)
  if (stored) {
    const authKey = new AuthKey()
    await authKey.setKey(readFileSync(place))
    session.setAuthKey(authKey)
  }
  class HereOnly extends ConnectionTCPFull {
    constructor(parameters: ConstructorParameters<typeof Connection>[0]) {
      super({ ...parameters, port })
    }
  }
  const client = new TelegramClient(session, apiId, apiHash, {
    connection: HereOnly,
    connectionRetries: 1,
    requestRetries: 1,
  })
  client.setLogLevel(LogLevel.WARN)
  client.getDC = async (id) => ({ id, ipAddress: host, port })
  if (!(await client.connect())) throw new Error('no connection')
  if (!stored) await client.signInBot({ apiId, apiHash }, { botAuthToken: botToken })
  return {
    async upload() {
      const file = await client.uploadFile({ file: new CustomFile(NAME, size, path), workers: WORKERS })
      const attributes = [new Api.DocumentAttributeFilename({ fileName: NAME })]
      const media = new Api.InputMediaUploadedDocument({ file, mimeType: 'application/octet-stream', attributes })
      await client.invoke(new Api.messages.UploadMedia({ peer: new Api.InputPeerSelf(), media }))
    },
    async save() {
      const authKey = session.getAuthKey()?.getKey()
      if (place !== '' && authKey !== undefined) writeFileSync(place, authKey)
    },
  }
})
