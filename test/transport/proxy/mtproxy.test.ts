/** MTProxy: secrets, codecs, and the way to the proxy. */
import { createCipheriv, createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { TransportError, UsageError } from '../../../src/errors.ts'
import type { Carrier, CarrierHandlers } from '../../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../../src/transport/carrier/memory.ts'
import { dialTcp } from '../../../src/transport/carrier/tcp.ts'
import { answerRandom } from '../../../src/transport/proxy/fake-tls-digest.ts'
import { mtproxyCodec, mtproxyDial, parseSecret, secretBytes } from '../../../src/transport/proxy/mtproxy.ts'
import { tlsSite } from '../../support/tls-site.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { bareServer, CountingHost } from '../carrier/real-sockets.ts'
import { Recorder, utf8 } from '../carrier/recorder.ts'

const KEY = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
const DD = Buffer.concat([Buffer.from([0xdd]), KEY])
const EE = Buffer.concat([Buffer.from([0xee]), KEY, Buffer.from('www.example.com')])
const refuse = (): Promise<Carrier> =>
  Promise.reject(new TransportError('CONNECT_FAILED', 'cannot connect to proxy:1: no'))
const TARGET = { host: 'dc.invalid', port: 443 }

describe('secrets', () => {
  test('16 bytes, whatever the first; dd and 16; ee, 16 and a domain', () => {
    const key = new Uint8Array(KEY)
    expect(parseSecret(KEY)).toEqual({ kind: 'plain', key })
    expect(parseSecret(DD)).toEqual({ kind: 'dd', key })
    expect(parseSecret(EE)).toEqual({ kind: 'ee', key, domain: 'www.example.com' })
    for (const first of [0xdd, 0xee]) {
      expect(parseSecret(new Uint8Array(16).fill(first)).kind).toBe('plain')
    }
    const longest = `${'a.'.repeat(90)}io`
    expect(parseSecret(Buffer.concat([EE.subarray(0, 17), Buffer.from(longest)])).domain).toBe(longest)
  })

  test('what is read is a copy, of a Buffer too', () => {
    for (const secret of [KEY, DD, EE]) {
      const given = Buffer.from(secret)
      const { key } = parseSecret(given)
      given.fill(0)
      expect(Buffer.from(key)).toEqual(KEY)
    }
  })

  test('and back to bytes', () => {
    for (const secret of [KEY, DD, EE]) expect(Buffer.from(secretBytes(parseSecret(secret)))).toEqual(secret)
  })

  const wrong: [name: string, secret: Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['15 bytes', KEY.subarray(1)],
    ['17 bytes with another mark', Buffer.concat([Buffer.from([0xcc]), KEY])],
    ['dd and 17 bytes', Buffer.concat([DD, KEY.subarray(0, 1)])],
    ['ee without a domain', Buffer.concat([Buffer.from([0xee]), KEY])],
    ['ee with a space in the domain', Buffer.concat([EE, Buffer.from(' ')])],
    ['ee with a domain not in ASCII', Buffer.concat([EE, Buffer.from('ä')])],
    ['ee with an empty label', Buffer.concat([EE, Buffer.from('.')])],
    ['ee with a domain of 183 characters', Buffer.concat([EE.subarray(0, 17), Buffer.alloc(183, 'a')])],
  ]

  test.each(wrong)('%s is refused, and not shown', (_name, secret) => {
    expect(() => parseSecret(secret)).toThrow(UsageError)
    expect(() => parseSecret(secret)).toThrow(/^the MTProxy secret ends in no domain|^an MTProxy secret has 16 bytes/)
    expect(() => parseSecret(secret)).not.toThrow(/001122|example/)
  })
})

describe('codecs', () => {
  /** What the proxy reads at the end of the header, decrypted by hand. */
  function headerOf(secret: Uint8Array, dc: number): string {
    const { random } = new VirtualHost()
    const header = Buffer.from(mtproxyCodec(secret)({ random, crypto: nativeCrypto, dc }).start())
    const key = createHash('sha256').update(header.subarray(8, 40)).update(KEY).digest()
    const plain = createCipheriv('aes-256-ctr', key, header.subarray(40, 56)).update(header)
    return plain.subarray(56, 62).toString('hex')
  }

  test('intermediate under a plain secret, padded under the others; the header names the DC', () => {
    expect(headerOf(KEY, 2)).toBe('eeeeeeee0200')
    expect(headerOf(DD, 10_002)).toBe('dddddddd1227')
    expect(headerOf(EE, -4)).toBe('ddddddddfcff')
  })
})

describe('the way to a proxy', () => {
  test('goes to its address, whatever the address of the DC', async () => {
    const { port } = await bareServer((socket) => socket.end('hello'))
    const heard = new Recorder()
    const host = new CountingHost()
    for (const secret of [KEY, DD]) {
      await mtproxyDial({ host: '127.0.0.1', port, secret }, dialTcp, nativeCrypto)(TARGET, heard, { host })
    }
    await heard.data(10)
    expect(heard.text).toBe('hellohello')
  })

  test.each([
    ['plain', KEY, '; many proxies want one that begins with dd or ee'],
    ['dd', DD, ''],
  ])('a proxy that hangs up without a word may not know the secret, a %s one', async (_kind, secret, hint) => {
    const { port } = await bareServer((socket) => socket.once('data', () => socket.end()))
    const heard = new Recorder()
    const host = new CountingHost()
    const dial = mtproxyDial({ host: '127.0.0.1', port, secret }, dialTcp, nativeCrypto)
    const carrier = await dial(TARGET, heard, { host })
    carrier.write([utf8('hello')])
    await heard.closed()
    expect(heard.drains).toBe(1)
    expect(heard.closeError).toMatchObject({
      code: 'CONNECTION_CLOSED',
      message: `the MTProto proxy at 127.0.0.1:${port} closed the connection without a word; check its secret, and the DC number${hint}`,
      retryable: true,
    })
  })

  test('one that is out of reach is said to be the proxy', async () => {
    const dial = mtproxyDial({ host: 'proxy', port: 1, secret: KEY }, refuse, nativeCrypto)
    await expect(dial(TARGET, new Recorder(), { host: new VirtualHost() })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: 'the MTProto proxy on the way to dc.invalid:443 is out of reach: cannot connect to proxy:1: no',
    })
  })

  test('one that hangs up later has its own reasons, and we may have ours', async () => {
    const { port } = await bareServer((socket) => socket.end('hello'))
    const [heard, left] = [new Recorder(), new Recorder()]
    const host = new CountingHost()
    const dial = mtproxyDial({ host: '127.0.0.1', port, secret: DD }, dialTcp, nativeCrypto)
    await dial(TARGET, heard, { host })
    await heard.closed()
    expect(heard.closeError?.message).toContain('the other side ended it')
    const carrier = await dial(TARGET, left, { host })
    carrier.close()
    await left.closed()
    expect(left.closeError).toBeUndefined()
  })

  test('a secret of no kind is told before anything is dialled', () => {
    expect(() => mtproxyDial({ host: '::1', port: 1, secret: new Uint8Array(3) }, dialTcp, nativeCrypto)).toThrow(
      UsageError,
    )
  })
})

/** A proxy in memory that does with what it hears as the test says. */
function proxyOf(onHeard: (bytes: Buffer, carrier: Carrier, total: Buffer) => void, end?: () => void) {
  const dial = memoryDial((carrier): CarrierHandlers => {
    let total = Buffer.alloc(0)
    return {
      onData(chunk) {
        total = Buffer.concat([total, chunk])
        onHeard(Buffer.from(chunk), carrier, total)
      },
      onClose: () => end?.(),
    }
  })
  return mtproxyDial({ host: '10.0.0.1', port: 443, secret: EE }, dial, nativeCrypto)
}

/** The answer to a hello, as small as can be. */
function answerTo(hello: Uint8Array): Uint8Array {
  const answer = Buffer.alloc(43 + 6 + 6)
  answer.set(Buffer.from('1603030026020000220303', 'hex'))
  answer.set(Buffer.from('140303000101170303000199', 'hex'), 43)
  answer.set(answerRandom(nativeCrypto, KEY, hello.subarray(11, 43), answer), 11)
  return answer
}

const WHERE = 'cannot connect to dc.invalid:443 through the MTProto proxy at 10.0.0.1:443'

describe('fake TLS on the way', () => {
  test('data goes in records both ways, the first behind a ChangeCipherSpec; drains and ends are told', async () => {
    const host = new VirtualHost()
    const heard = new Recorder()
    let total: Buffer = Buffer.alloc(0)
    let proxy: Carrier | undefined
    const dial = proxyOf((_bytes, carrier, all) => {
      proxy = carrier
      total = all
      total = all
      if (all.length === 517) carrier.write([answerTo(all), utf8('\x17\x03\x03\x00\x05early')])
    })
    const carrier = await host.runUntil(dial(TARGET, heard, { host }))
    // Not before whoever dialled has the carrier.
    expect(heard.received).toBe(0)
    carrier.write([utf8('one'), utf8('two')])
    carrier.write([utf8('three')])
    expect(carrier.buffered).toBe(6 + 5 + 6 + 5 + 5)
    await host.advance(1)
    expect(total.subarray(517).toString('latin1')).toBe(
      '\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x06onetwo\x17\x03\x03\x00\x05three',
    )
    expect(heard.text).toBe('early')
    expect(heard.drains).toBeGreaterThan(0)
    proxy!.write([utf8('\x17\x03\x03\x00'), utf8('\x04more')])
    proxy!.close()
    await host.advance(1)
    expect(heard.text).toBe('earlymore')
    expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(host.pendingTimers).toBe(0)
  })

  test('after closing it, nothing more is heard, and the end is told once', async () => {
    const host = new VirtualHost()
    const heard = new Recorder()
    let ended = 0
    const dial = proxyOf(
      (_bytes, carrier, all) => {
        if (all.length === 517) carrier.write([answerTo(all), utf8('\x17\x03\x03\x00\x01a\x17\x03\x03\x00\x01b')])
      },
      () => ended++,
    )
    const carrier = await host.runUntil(
      dial(
        TARGET,
        {
          onData(chunk) {
            heard.onData(chunk)
            carrier.close()
          },
          onClose: (error) => heard.onClose(error),
        },
        { host },
      ),
    )
    await host.advance(1)
    carrier.write([utf8('late')])
    await host.advance(1)
    expect([heard.text, heard.closes, heard.closeError, ended]).toEqual(['a', 1, undefined, 1])
  })

  test('a record that breaks the rules ends the connection and says whose it was', async () => {
    const host = new VirtualHost()
    const heard = new Recorder()
    let ended = 0
    const dial = proxyOf(
      (_bytes, carrier, all) => {
        if (all.length === 517) carrier.write([answerTo(all)])
        else carrier.write([utf8('\x17\x03\x03\x00\x02ok\x15\x03\x03\x00\x02'), utf8('\x17\x03\x03\x00\x02no')])
      },
      () => ended++,
    )
    const carrier = await host.runUntil(dial(TARGET, heard, { host }))
    carrier.write([utf8('x')])
    await host.advance(1)
    expect(heard.closes).toBe(1)
    expect(heard.closeError).toMatchObject({
      code: 'FRAMING',
      message: 'the MTProto proxy at 10.0.0.1:443 broke its TLS: the other side ended the TLS connection with an alert',
    })
    expect(heard.text).not.toContain('no')
    expect(ended).toBe(1)
    carrier.write([utf8('late')])
    expect(host.pendingTimers).toBe(0)
  })

  test('a proxy that hangs up at the hello: the secret, or the clock; trying again can help', async () => {
    const host = new VirtualHost()
    const dial = proxyOf((_bytes, carrier) => carrier.close())
    await expect(host.runUntil(dial(TARGET, new Recorder(), { host }))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: `${WHERE}: it closed the connection during the TLS handshake; check the secret, and this machine's clock, which may be a few minutes off at most`,
      retryable: true,
    })
    expect(host.pendingTimers).toBe(0)
  })

  test('one that says nothing is given up in time', async () => {
    const host = new VirtualHost()
    let ended = 0
    const dial = proxyOf(
      () => {},
      () => ended++,
    )
    await expect(host.runUntil(dial(TARGET, new Recorder(), { host, timeout: 3000 }))).rejects.toMatchObject({
      code: 'CONNECT_TIMEOUT',
    })
    expect(host.now()).toBe(3000)
    await host.advance(1)
    expect(ended).toBe(1)
    expect(host.pendingTimers).toBe(0)
  })

  test('dialling can be aborted in the middle of the handshake', async () => {
    const host = new VirtualHost()
    const abort = new AbortController()
    const dial = proxyOf(() => abort.abort(new Error('enough')))
    await expect(host.runUntil(dial(TARGET, new Recorder(), { host, signal: abort.signal }))).rejects.toThrow('enough')
    await host.advance(1)
    expect(host.pendingTimers).toBe(0)
  })

  test('each connection has a hello of its own', async () => {
    const host = new VirtualHost()
    const hellos = new Set<string>()
    const dial = proxyOf((bytes, carrier) => {
      hellos.add(bytes.toString('hex'))
      carrier.write([answerTo(bytes)])
    })
    for (let i = 0; i < 3; i++) (await host.runUntil(dial(TARGET, new Recorder(), { host }))).close()
    expect(hellos.size).toBe(3)
  })
})

describe('what stands behind a proxy that does not believe us', () => {
  const refusal = async (port: number): Promise<unknown> => {
    const host = new CountingHost()
    const dial = mtproxyDial({ host: '127.0.0.1', port, secret: EE }, dialTcp, nativeCrypto)
    return dial(TARGET, new Recorder(), { host }).catch((reason: unknown) => reason)
  }
  const told = expect.stringContaining('it answers as a web server does, not as a proxy that knows this secret')

  test.each(['TLSv1.3', 'TLSv1.2'] as const)('a real site with %s is told from the proxy', async (version) => {
    const port = await tlsSite({ minVersion: 'TLSv1.2', maxVersion: version })
    expect(await refusal(port)).toMatchObject({ code: 'CONNECT_FAILED', message: told, retryable: false })
  })

  test('so is one that has nothing to do with us, by its alert', async () => {
    const port = await tlsSite({ ciphers: 'TLS_AES_256_GCM_SHA384', ecdhCurve: 'secp521r1' })
    expect(await refusal(port)).toMatchObject({ message: told })
  })

  test('so is a real site to which a proxy relays us', async () => {
    const site = await tlsSite()
    const { port } = await bareServer((socket: Socket) => {
      const behind = connect(site, '127.0.0.1')
      behind.on('error', () => {})
      socket.pipe(behind).pipe(socket)
    })
    expect(await refusal(port)).toMatchObject({ message: told })
  })

  test('a server that speaks no TLS', async () => {
    const { port } = await bareServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await refusal(port)).toMatchObject({
      code: 'CONNECT_FAILED',
      message: `cannot connect to dc.invalid:443 through the MTProto proxy at 127.0.0.1:${port}: it does not answer in TLS; check its address, and whether its secret begins with ee`,
    })
  })
})
