/** HTTP CONNECT, the client's half: requests, answers in any split, and whatever else may answer. */
import { describe, expect, test } from 'vitest'
import { TransportError, UsageError } from '../../../src/errors.ts'
import type { ProxyLogin } from '../../../src/transport/proxy/handshake.ts'
import { httpConnect, MAX_HEADER } from '../../../src/transport/proxy/http-connect.ts'
import { utf8 } from '../carrier/recorder.ts'
import { oneByOne, talk } from './talk.ts'

const TARGET = { host: '149.154.167.51', port: 443 }
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

function failing(answer: string, login?: ProxyLogin): TransportError {
  const [first, second] = [oneByOne(utf8(answer)), [utf8(answer)]].map((chunks) => {
    try {
      talk(httpConnect(login), TARGET, ...chunks)
    } catch (error) {
      return error
    }
    throw new Error('the handshake took it')
  })
  expect(first).toBeInstanceOf(TransportError)
  expect(first).toEqual(second)
  return first as TransportError
}

describe('the request', () => {
  test('names the target twice and nothing else', () => {
    const request = 'CONNECT 149.154.167.51:443 HTTP/1.1\r\nHost: 149.154.167.51:443\r\n\r\n'
    expect(text(talk(httpConnect(), TARGET).sent)).toBe(request)
  })

  test('an IPv6 address stands in brackets', () => {
    const { sent } = talk(httpConnect(), { host: '2001:67c:4E8:f002:0:0:0:a', port: 443 })
    expect(text(sent)).toMatch(/^CONNECT \[2001:67c:4e8:f002::a\]:443 HTTP\/1\.1\r\n/)
  })

  test('the login goes by Basic, in UTF-8', () => {
    const { sent } = talk(httpConnect({ username: 'Aladdin', password: 'open:sésame' }), TARGET)
    const expected = Buffer.from('Aladdin:open:sésame').toString('base64')
    expect(text(sent)).toContain(`\r\nProxy-Authorization: Basic ${expected}\r\n\r\n`)
  })

  test.each([
    { username: 'a:b', password: '' },
    { username: 'a\n', password: '' },
    { username: 'a', password: 'b\r\nX: y' },
    { username: 'a\x7f', password: '' },
  ])('a login that Basic cannot carry is a wrong option: %j', (login) => {
    expect(() => httpConnect(login)).toThrow(UsageError)
  })

  test('no host can smuggle a line in', () => {
    for (const host of ['a\r\nX: y', 'a b', 'a/b', 'u@h']) {
      expect(() => talk(httpConnect(), { host, port: 1 })).toThrow(UsageError)
    }
  })
})

describe('the answer', () => {
  test.each([
    ['short', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['without words', 'HTTP/1.1 200\r\n\r\n'],
    ['of HTTP/1.0', 'HTTP/1.0 200 Connection established\r\n\r\n'],
    ['any 2xx', 'HTTP/1.1 299 Fine\r\n\r\n'],
    [
      'with fields, those of a body among them',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['lines that end in LF', 'HTTP/1.1 200 OK\nVia: x\n\n'],
    [
      'after an interim one',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    ],
  ])('opens the way, and what follows belongs to the target: %s', (_what, answer) => {
    for (const leftover of ['', 'x', '\r\n\r\n', 'HTTP/1.1 500 Not this\r\n\r\n']) {
      const all = utf8(answer + leftover)
      const halves = Array.from(all, (_, at) => [all.slice(0, at), all.slice(at)])
      for (const chunks of [oneByOne(all), [all], ...halves]) {
        expect(text(talk(httpConnect(), TARGET, ...chunks).done)).toBe(leftover)
      }
    }
  })

  test('is not over before its last byte', () => {
    const answer = utf8('HTTP/1.1 200 OK\r\nVia: x\r\n\r\n')
    expect(talk(httpConnect(), TARGET, answer.slice(0, -1)).done).toBeUndefined()
    expect(talk(httpConnect(), TARGET, ...oneByOne(answer.slice(0, -1))).done).toBeUndefined()
  })

  const LOGIN = { username: 'me', password: 'password' }
  test.each([
    [
      'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
      undefined,
      false,
      /wants a user name and password \(407\); give/,
    ],
    ['HTTP/1.1 407 No\r\n\r\n', LOGIN, false, /refused the user name and password \(407\)/],
    ['HTTP/1.1 401 Unauthorized\r\n\r\n', LOGIN, false, /refused the user name and password \(401\)/],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', undefined, false, /rules do not allow/],
    ['HTTP/1.1 405 Method Not Allowed\r\n\r\n', undefined, false, /opens no tunnels/],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', undefined, true, /server cannot be reached from there \(502\)/],
    ['HTTP/1.1 503 Busy\r\n\r\n', undefined, true, /503/],
    ['HTTP/1.1 504 Late\r\n\r\n', undefined, true, /did not answer it in time/],
    ['HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n', undefined, false, /it answered 302 Found$/],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', undefined, false, /it answered 101/],
    ['HTTP/1.1 599 \x1b[2Jboo\r\n\r\n', undefined, true, /it answered 599 \?\[2Jboo$/],
    [`HTTP/1.1 418 ${'x'.repeat(500)}\r\n\r\n`, undefined, false, /it answered 418 x{80}$/],
    ['HTTP/1.1 20\r\n\r\n', undefined, false, /no HTTP/],
    ['HTTP/1.1 2000 OK\r\n\r\n', undefined, false, /no HTTP/],
    ['HTTP/1.1 099 OK\r\n\r\n', undefined, false, /no HTTP/],
    ['\x05\xff', undefined, false, /does not speak HTTP/],
    ['SSH-2.0-OpenSSH\r\n', undefined, false, /does not speak HTTP/],
    ['HTTP/2', undefined, false, /does not speak HTTP/],
  ] as const)('that opens nothing says why: %j', (answer, login, retryable, message) => {
    const error = failing(answer, login)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable })
    expect(error.message).toMatch(/^cannot connect to 149\.154\.167\.51:443 through the HTTP proxy at proxy:1080: /)
    expect(error.message).toMatch(message)
  })

  test('a header may have 16 KiB and not a byte more', () => {
    const header = (length: number): string => {
      const [head, tail] = ['HTTP/1.1 200 OK\r\nX: ', '\r\n\r\n']
      return head + 'x'.repeat(length - head.length - tail.length) + tail
    }
    expect(talk(httpConnect(), TARGET, utf8(header(MAX_HEADER))).done).toHaveLength(0)
    expect(failing(header(MAX_HEADER + 1)).message).toMatch(/a header of more than 16 KiB/)
    // One that never ends is not waited for.
    expect(failing(header(3 * MAX_HEADER).slice(0, MAX_HEADER + 1)).message).toMatch(/more than 16 KiB/)
  })
})
