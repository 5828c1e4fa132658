/** An ordinary web server with TLS, as stands behind a proxy that hides: real OpenSSL, and a certificate made here. */
import { generateKeyPairSync, sign } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { afterTest } from '../transport/carrier/real-sockets.ts'

/** Starts it on a free port, until the test is over. */
export async function tlsSite(options: TlsOptions = {}): Promise<number> {
  const server = createServer({ ...selfSigned('www.example.com'), ...options })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTest(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** ASN.1 in its distinguished encoding, as much as a certificate takes; contents of less than 64 KiB. */
function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...size), content])
}

/** A certificate of version 3 on P-256, valid from 2020 to 2049. RFC 5280 */
function selfSigned(name: string): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sequence = (...contents: Uint8Array[]): Uint8Array => der(0x30, ...contents)
  const time = (text: string): Uint8Array => der(0x17, Buffer.from(text))
  const ecdsaWithSha256 = sequence(der(6, Buffer.from('2a8648ce3d040302', 'hex')))
  const commonName = der(0x31, sequence(der(6, Uint8Array.of(0x55, 4, 3)), der(0x0c, Buffer.from(name))))
  const content = sequence(
    der(0xa0, der(2, Uint8Array.of(2))),
    der(2, Uint8Array.of(1)),
    ecdsaWithSha256,
    sequence(commonName),
    sequence(time('200101000000Z'), time('491231235959Z')),
    sequence(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(3, Uint8Array.of(0), sign('sha256', content, privateKey))
  const certificate = sequence(content, ecdsaWithSha256, signature)
  const lines = Buffer.from(certificate).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
