/** SOCKS5, the client's half: the bytes of RFC 1928 and 1929, in any split, and whatever else a proxy may say. */
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { TransportError, UsageError } from '../../../src/errors.ts'
import type { ProxyLogin } from '../../../src/transport/proxy/handshake.ts'
import { socks5 } from '../../../src/transport/proxy/socks5.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { oneByOne, talk } from './talk.ts'

const V4 = { host: '149.154.167.51', port: 443 }
const LOGIN: ProxyLogin = { username: 'me', password: 'pw' }

/** By hand, from the RFCs: what the client says, and what the proxy answers, for each kind of talk. */
const TALKS: readonly {
  what: string
  target: { host: string; port: number }
  login?: ProxyLogin
  out: string
  in: string
}[] = [
  {
    what: 'an IPv4 address, everyone may come',
    target: V4,
    out: '050100' + '05010001959aa73301bb',
    in: '0500' + '05000001000000000000',
  },
  {
    what: 'an IPv6 address; the answer names one too',
    target: { host: '2001:67c:4e8:f002::a', port: 443 },
    out: '050100' + '050100042001067c04e8f002000000000000000a01bb',
    in: '0500' + '0500000400000000000000000000000000000001ffff',
  },
  {
    what: 'a name; the answer names one too',
    target: { host: 'dc.example', port: 5222 },
    out: '050100' + '050100030a64632e6578616d706c651466',
    in: '0500' + '050000030161' + '0050',
  },
  {
    what: 'a login that is wanted',
    target: V4,
    login: LOGIN,
    out: '05020002' + '01026d65027077' + '05010001959aa73301bb',
    in: '0502' + '0100' + '05000001000000000000',
  },
  {
    what: 'a login that is not wanted',
    target: V4,
    login: LOGIN,
    out: '05020002' + '05010001959aa73301bb',
    in: '0500' + '05000001000000000000',
  },
  {
    what: 'a login without a password, in UTF-8',
    target: V4,
    login: { username: 'ü', password: '' },
    out: '05020002' + '0102c3bc00' + '05010001959aa73301bb',
    in: '0502' + '0100' + '05000001000000000000',
  },
]

describe('the talk', () => {
  test.each(TALKS)('$what', ({ target, login, out, in: heard }) => {
    const leftover = fromHex('050001')
    const all = concat(fromHex(heard), leftover)
    for (const chunks of [oneByOne(all), [all]]) {
      const { sent, done } = talk(socks5(login), target, ...chunks)
      expect(toHex(sent)).toBe(out)
      expect(toHex(done!)).toBe(toHex(leftover))
    }
  })

  test.each(TALKS)('is not over before its last byte: $what', ({ target, login, in: heard }) => {
    expect(talk(socks5(login), target, fromHex(heard).slice(0, -1)).done).toBeUndefined()
    expect(talk(socks5(login), target, fromHex(heard)).done).toHaveLength(0)
  })

  test('addresses in unusual writing are the same addresses', () => {
    const request = (host: string): string => toHex(talk(socks5(), { host, port: 1 }, fromHex('0500')).sent).slice(6)
    expect(request('::')).toBe(`05010004${'0'.repeat(32)}0001`)
    expect(request('::FFFF:1.2.3.4')).toBe('0501000400000000000000000000ffff010203040001')
    expect(request('1:2:3:4:5:6:7:8')).toBe('05010004000100020003000400050006000700080001')
    expect(request('fe80::')).toBe('05010004fe8000000000000000000000000000000001')
    // What ends in a dot or has a letter is a name.
    expect(request('1.2.3.4x')).toMatch(/^05010003/)
  })
})

describe('refusals', () => {
  const failing = (hex: string, login?: ProxyLogin): TransportError => {
    const errors = [oneByOne(fromHex(hex)), [fromHex(hex)]].map((chunks) => {
      try {
        talk(socks5(login), V4, ...chunks)
      } catch (error) {
        return error
      }
      throw new Error('the handshake took it')
    })
    expect(errors[0]).toBeInstanceOf(TransportError)
    expect(errors[0]).toEqual(errors[1])
    return errors[0] as TransportError
  }

  test('each reply code has its own sentence, and those that may pass are told from the others', () => {
    const errors = Array.from({ length: 9 }, (_, i) => failing(`0500050${i + 1}`))
    expect(new Set(errors.map(({ message }) => message)).size).toBe(9)
    expect(errors.map(({ retryable }) => retryable)).toEqual([true, false, true, true, true, true, false, false, true])
    for (const error of errors) {
      expect(error.code).toBe('CONNECT_FAILED')
      expect(error.message).toMatch(/^cannot connect to 149\.154\.167\.51:443 through the SOCKS5 proxy at proxy:1080: /)
    }
    expect(errors[1]!.message).toMatch(/rules do not allow/)
    expect(errors[4]!.message).toMatch(/the server refused the connection/)
    expect(errors[8]!.message).toMatch(/nobody knows \(9\)/)
  })

  test.each([
    ['no method but a login, and none is given', '0502', undefined, /wants a user name and password; give them/],
    ['no acceptable method, without a login', '05ff', undefined, /wants a user name and password/],
    ['no acceptable method, with a login', '05ff', LOGIN, /takes neither everyone nor/],
    ['GSSAPI, which was not offered', '0501', LOGIN, /takes neither everyone nor/],
    ['a refused login', '05020101', LOGIN, /refused the user name and password; check them/],
    ['a login answered in another version', '05020500', LOGIN, /does not speak SOCKS5/],
    ['SOCKS4', '005a', undefined, /does not speak SOCKS5; check/],
    ['the first byte of HTTP, of which nothing more may come', '48', undefined, /perhaps it is an HTTP proxy/],
    ['HTTP', '48545450', undefined, /does not speak SOCKS5; perhaps it is an HTTP proxy/],
    ['a reply in another version', '05000400', undefined, /does not speak SOCKS5/],
    ['an address of an unknown kind', '050005000002', undefined, /makes no sense \(address of kind 2\)/],
  ])('%s', (_what, hex, login, message) => {
    const error = failing(hex, login)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: false })
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/\bpw\b/)
  })

  test('whatever bytes come, it waits, opens or raises one class of error', () => {
    const random = seededRandom(7)
    const outcomes = new Set<string>()
    for (let i = 0; i < 3000; i++) {
      const bytes = random(new Uint8Array(24))
      // Most tries get past the first bytes.
      if (i % 2) bytes.set([5, i % 4 === 1 ? 0 : 2])
      if (i % 8 === 1) bytes.set([5, 0, 0, 3], 2)
      try {
        outcomes.add(talk(socks5(LOGIN), V4, ...oneByOne(bytes)).done ? 'open' : 'waits')
      } catch (error) {
        expect(error).toBeInstanceOf(TransportError)
        outcomes.add('refused')
      }
    }
    expect([...outcomes].sort()).toEqual(['open', 'refused', 'waits'])
  })
})

describe('what cannot be asked', () => {
  test.each([
    ['a user name of 256 bytes', { username: 'x'.repeat(256), password: '' }],
    ['a password of 256 bytes in 128 letters', { username: 'x', password: 'ü'.repeat(128) }],
    ['an empty user name', { username: '', password: 'x' }],
  ])('%s', (_what, login) => expect(() => socks5(login)).toThrow(UsageError))

  test.each(['', 'a b', 'a\r\nb', 'fe80::1%eth0', 'a@b', 'a/b', 'a?b', 'a#b', `${'x'.repeat(256)}`, '1::2::3', ':'])(
    'the host %j',
    (host) => expect(() => talk(socks5(), { host, port: 1 })).toThrow(UsageError),
  )
})
