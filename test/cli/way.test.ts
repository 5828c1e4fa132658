/** What is added to errors of connections: the proxy on the way, and what to do next. */
import { describe, expect, test } from 'vitest'
import { explainWay, labelOf } from '../../src/cli/way.ts'
import { FileError, TransportError } from '../../src/errors.ts'

const SECRET = '00112233445566778899aabbccddeeff'
const proxy = labelOf('socks5://user:password@127.0.0.1:1080')

test.each([
  ['socks5://user:password@127.0.0.1:1080', 'the SOCKS5 proxy at 127.0.0.1:1080'],
  ['http://user:password@[::1]:3128', 'the HTTP proxy at [::1]:3128'],
  [`tg://proxy?server=h&port=443&secret=${SECRET}`, 'the MTProto proxy at h:443'],
])('%s is called by kind and address, nothing else', (link, name) => {
  expect(labelOf(link)).toBe(name)
})

describe('through a proxy', () => {
  test('what came over an open way may be its own words', () => {
    const error = new TransportError('FRAMING', 'h:443 does not speak MTProto', { retryable: false })
    expect(explainWay(error, proxy, false)).toMatchObject({
      code: 'FRAMING',
      retryable: false,
      cause: error,
      message: `h:443 does not speak MTProto; the way leads through ${proxy}, which may be the cause itself`,
    })
  })

  test('an error that names it, or that is none of the way, stays as it is', () => {
    const named = new TransportError('CONNECTION_CLOSED', `${proxy} closed the connection; check its secret`)
    const dialling = new TransportError('CONNECT_FAILED', 'cannot connect to h:443: no network')
    for (const error of [named, dialling, new FileError('FILE_EMPTY', 'a is empty'), new Error('x')]) {
      expect(explainWay(error, proxy, false)).toBe(error)
    }
  })
})

test('a connection that ended tells what to do next, by whether it ever worked', () => {
  const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  const error = new TransportError('CONNECTION_CLOSED', 'the connection to h:443 is closed: x', { cause })
  expect(explainWay(error, undefined, false)).toMatchObject({
    message: 'the connection to h:443 is closed: x; check host, port and transport, or try again later',
    retryable: true,
    cause,
  })
  expect(explainWay(error, undefined, true)).toMatchObject({
    message: 'the connection to h:443 is closed: x; try again later',
  })
  const advised = new TransportError('CONNECTION_CLOSED', 'h:443 answers with HTTP status 502; try again later')
  expect(explainWay(advised, undefined, true)).toBe(advised)
})
