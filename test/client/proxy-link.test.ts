/** Proxies as people write them: URLs, Telegram's links, objects; and that no secret gets into an error. */
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { type ParsedProxy, parseProxy } from '../../src/client/proxy-link.ts'
import { UsageError } from '../../src/errors.ts'
import type { ProxyOptions } from '../../src/index.ts'
import { refusals } from '../../src/transport/proxy/handshake.ts'

/** What a proxy comes to: for tunnels the bytes that it is greeted with, which hold the login of HTTP. */
function shown(proxy: ParsedProxy): string {
  const { host, port } = proxy.address
  if (proxy.type === 'mtproxy') return `mtproxy ${host} ${port} ${toHex(proxy.secret)}`
  const { protocol } = proxy
  const target = { host: 'dc', port: 1 }
  const handshake = protocol.handshake(target, refusals(protocol, proxy.address, target))
  const hello = handshake.start()
  if (protocol.name === 'SOCKS5') {
    const login = hello.length === 4 ? handshake.receive(Uint8Array.of(5, 2)).send : undefined
    return `SOCKS5 ${host} ${port} ${login ? Buffer.from(login).toString('latin1').slice(1) : 'open'}`
  }
  const [, basic] = /Basic (\S+)/.exec(new TextDecoder().decode(hello)) ?? []
  return `HTTP ${host} ${port} ${basic === undefined ? 'open' : Buffer.from(basic, 'base64').toString()}`
}

const KEY = '00112233445566778899aabbccddeeff'
const DOMAIN = Buffer.from('example.com').toString('hex')

describe('what is understood', () => {
  test.each([
    ['socks5://192.0.2.1:1081', 'SOCKS5 192.0.2.1 1081 open'],
    ['socks5h://proxy.example', 'SOCKS5 proxy.example 1080 open'],
    ['SOCKS5://[2001:db8::1]:9/', 'SOCKS5 2001:db8::1 9 open'],
    ['socks5://me:p%40ss%3A@h:1', 'SOCKS5 h 1 \x02me\x05p@ss:'],
    ['socks5://me@h:1', 'SOCKS5 h 1 \x02me\x00'],
    ['http://h:3128', 'HTTP h 3128 open'],
    ['http://h', 'HTTP h 80 open'],
    ['http://h:80/', 'HTTP h 80 open'],
    ['http://me:p%C3%A4ss@[::1]:8080', 'HTTP ::1 8080 me:päss'],
    // Links to proxies: https://core.telegram.org/api/links
    [`tg://proxy?server=h&port=443&secret=${KEY}`, `mtproxy h 443 ${KEY}`],
    [`tg:proxy?server=h&port=443&secret=${KEY}`, `mtproxy h 443 ${KEY}`],
    [`https://t.me/proxy?server=2001:db8::1&port=443&secret=dd${KEY}`, `mtproxy 2001:db8::1 443 dd${KEY}`],
    [`https://telegram.me/proxy/?port=443&secret=ee${KEY}${DOMAIN}&server=h`, `mtproxy h 443 ee${KEY}${DOMAIN}`],
    ['tg://socks?server=h&port=1080', 'SOCKS5 h 1080 open'],
    ['tg://socks?server=h&port=1080&user=&pass=', 'SOCKS5 h 1080 open'],
    ['https://t.me/socks?server=h&port=1080&user=m%20e&pass=p%26', 'SOCKS5 h 1080 \x03m e\x02p&'],
  ])('%s', (text, expected) => expect(shown(parseProxy(text))).toBe(expected))

  test.each<[ProxyOptions, string]>([
    [{ type: 'socks5', host: 'h', port: 1 }, 'SOCKS5 h 1 open'],
    [{ type: 'http', host: '[::1]', port: 1, username: 'a', password: 'b:c' }, 'HTTP ::1 1 a:b:c'],
    [{ type: 'mtproxy', host: 'h', port: 1, secret: KEY.toUpperCase() }, `mtproxy h 1 ${KEY}`],
  ])('%j', (options, expected) => expect(shown(parseProxy(options))).toBe(expected))

  test('a secret may be base64 in either alphabet, with its end or without, also where a plus became a space', () => {
    // Chosen so that both of the letters that differ occur.
    const bytes = Buffer.from(`eefbef${'fbefbe'.repeat(4)}ffff${DOMAIN}`, 'hex')
    const forms = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('base64').replace(/=+$/, '')]
    expect(forms[0]).toMatch(/\+.*\/.*=$/)
    expect(forms[1]).toMatch(/-.*_|_.*-/)
    for (const secret of forms) {
      const expected = `mtproxy h 1 ${bytes.toString('hex')}`
      expect(shown(parseProxy({ type: 'mtproxy', host: 'h', port: 1, secret }))).toBe(expected)
      expect(shown(parseProxy(`tg://proxy?server=h&port=1&secret=${secret}`))).toBe(expected)
      expect(shown(parseProxy(`tg://proxy?server=h&port=1&secret=${encodeURIComponent(secret)}`))).toBe(expected)
    }
  })
})

describe('what is not', () => {
  const SECRET = 'sesame-open-12345'
  const refusal = (proxy: unknown): string => {
    try {
      parseProxy(proxy as string)
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
      return (error as Error).message
    }
    throw new Error('it was taken')
  }

  test.each([
    ['proxy.example:1080', /is no URL, which begins with a scheme/],
    ['192.0.2.1:1080', /is no URL, which begins with a scheme and \/\/; it is like socks5:/],
    [`me:${SECRET}@h:1`, /is no URL, which begins with a scheme/],
    [`${SECRET}:me@h:1`, /is no URL, which begins with a scheme/],
    ['', /no URL/],
    ['socks5://h:99999', /its port is a number up to 65535/],
    [`socks5://me:a/${SECRET}@h:1`, /in a password are written %2F/],
    [`socks5://me:a#${SECRET}@h:1`, /in a password are written %2F, %23/],
    ['socks5://', /no URL|no host/],
    ['socks5://h:0', /port of the proxy/],
    [`socks4://me:${SECRET}@h:1`, /SOCKS5 alone/],
    [`https://me:${SECRET}@h:1`, /by TLS/],
    [`ftp://me:${SECRET}@h:1`, /"ftp:" is no kind of proxy/],
    [`http://me:${SECRET}@h:1/path`, /ends with its port/],
    [`socks5://me:${SECRET}@h:1?x=1`, /ends with its port/],
    [`socks5://me:${SECRET}%@h:1`, /encodes nothing/],
    [`socks5://:${SECRET}@h:1`, /needs a user name/],
    [`http://a%3Ab:${SECRET}@h:1`, /colon/],
    [`socks5://me:${SECRET.repeat(20)}@h:1`, /too long/],
    ['tg://resolve?domain=x', /"tg:" is no kind of proxy/],
    [`tg://proxy?port=1&secret=${SECRET}`, /no host/],
    [`tg://proxy?server=h&secret=${SECRET}`, /port of the proxy/],
    [`tg://proxy?server=h&port=1e3&secret=${SECRET}`, /port of the proxy/],
    ['tg://proxy?server=h&port=1', /needs its secret/],
    [`tg://proxy?server=h&port=1&secret=${SECRET}!`, /neither hex nor base64/],
    [`tg://proxy?server=h&port=1&secret=${SECRET}1234`, /cut off|has \d+ bytes/],
    ['tg://proxy?server=h&port=1&secret=00112233', /this one has 4 bytes/],
    ['tg://proxy?server=h&port=1&secret=00', /this one has 1 byte and/],
    // Half of a byte's digits: no base64 either, whatever its length.
    [`tg://proxy?server=h&port=1&secret=ee${KEY}6`, /is cut off; copy it again/],
    ['tg://proxy?server=h&port=1&secret=ee0', /is cut off; copy it again/],
    [`tg://proxy?server=h&port=1&secret=dd${KEY}00`, /this one has 18 bytes/],
    [`tg://proxy?server=h&port=1&secret=ee${KEY}`, /this one has 17 bytes/],
    [`https://t.me/socks?server=h&port=1&pass=${SECRET}`, /needs a user name/],
  ])('%s', (text, message) => {
    expect(refusal(text)).toMatch(message)
    expect(refusal(text)).not.toContain(SECRET)
  })

  test.each([
    [{ host: 'h', port: 1 }, /type of a proxy/],
    [{ type: 'socks4', host: 'h', port: 1 }, /type of a proxy/],
    [{ type: 'http', port: 1 }, /no host/],
    [{ type: 'http', host: 'h' }, /port of the proxy/],
    [{ type: 'http', host: 'h', port: '1' }, /port of the proxy/],
    [{ type: 'http', host: 'h', port: 1, username: 5 }, /must be strings/],
    [{ type: 'http', host: 'h', port: 1, password: SECRET }, /needs a user name/],
    [{ type: 'http', host: 'h', port: 1, secret: KEY }, /mtproxy alone/],
    [{ type: 'mtproxy', host: 'h', port: 1, secret: KEY, username: 'x' }, /takes a secret/],
    [{ type: 'mtproxy', host: 'h', port: 1, secret: 5 }, /needs its secret/],
  ])('%j', (options, message) => expect(refusal(options)).toMatch(message))
})
