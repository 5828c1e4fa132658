import { describe, expect, test } from 'vitest'
import { formatAddress } from '../../../src/transport/carrier/carrier.ts'
import { connectFailed, connectionClosed, connectTimedOut } from '../../../src/transport/carrier/failure.ts'

const address = { host: 'example.org', port: 443 }
const systemError = (code: string): Error => Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code })

describe('each reason of the system is a sentence of its own, with the address in it', () => {
  test.each([
    ['ECONNREFUSED', 'nothing listens there'],
    ['ENOTFOUND', 'no such host name'],
    ['EAI_AGAIN', 'could not be looked up'],
    ['EHOSTUNREACH', 'cannot be reached'],
    ['ENETUNREACH', 'no network that leads there'],
    ['ENETDOWN', 'the network is down'],
    ['EADDRNOTAVAIL', 'no address to connect from'],
    ['ECONNRESET', 'broke the connection off'],
    ['ECONNABORTED', 'broken off'],
    ['EPIPE', 'already closed'],
    ['ETIMEDOUT', 'no answer came'],
    ['EACCES', 'does not permit'],
    ['EPERM', 'does not permit'],
    ['EMFILE', 'too many files and connections'],
  ])('%s', (code, words) => {
    const cause = systemError(code)
    const error = connectFailed(address, cause)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: true, cause })
    expect(error.message).toMatch(/^cannot connect to example\.org:443: /)
    expect(error.message).toContain(words)
    expect(connectionClosed('example.org:443', cause).message).toContain(words)
  })
})

test('of several addresses tried, the first failure is told', () => {
  const cause = new AggregateError([systemError('ECONNREFUSED'), systemError('ENETUNREACH')])
  expect(connectFailed(address, cause).message).toContain('nothing listens there')
})

test('what answers a WebSocket with no HTTP is told so', () => {
  const parse = Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' })
  expect(connectFailed(address, parse).message).toContain('does not speak WebSocket')
})

test('what answers a request of fetch with no HTTP is told so; what fetch says itself is told in words', () => {
  const parse = Object.assign(new Error('Response does not match the HTTP/1.1 protocol'), {
    name: 'HTTPParserError',
    code: 'HPE_INVALID_CONSTANT',
  })
  expect(connectFailed(address, parse).message).toMatch(/ does not speak HTTP; check the port/)
  const closed = Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' })
  expect(connectFailed(address, closed).message).toMatch(
    /: the other side closed the connection before it had answered$/,
  )
  expect(connectFailed(address, new Error('bad port')).message).toContain('use another port')
})

test('an unknown reason is passed on in the words it came in', () => {
  expect(connectFailed(address, new Error('something new')).message).toBe(
    'cannot connect to example.org:443: something new',
  )
  expect(connectFailed(address, 'the WebSocket was refused').message).toContain('the WebSocket was refused')
  for (const cause of [undefined, null, {}]) expect(connectFailed(address, cause).message).toContain('no reason')
  expect(connectFailed(address, { code: 'EWHATEVER' }).message).toContain('EWHATEVER')
})

test('a timeout says how long; a plain end says who', () => {
  expect(connectTimedOut(address, 15_000)).toMatchObject({
    code: 'CONNECT_TIMEOUT',
    message: expect.stringMatching(/^cannot connect to example\.org:443: no answer within 15 s;/),
  })
  expect(connectionClosed('example.org:443')).toMatchObject({
    code: 'CONNECTION_CLOSED',
    message: 'the connection to example.org:443 is closed: the other side ended it',
  })
})

test('addresses are written so that they can be read back', () => {
  expect(formatAddress({ host: '2001:db8::1', port: 443 })).toBe('[2001:db8::1]:443')
  expect(formatAddress({ host: '192.0.2.1', port: 80 })).toBe('192.0.2.1:80')
})
