/** The options of `serve`. */
import { describe, expect, test } from 'vitest'
import { command } from '../../src/cli/serve-command.ts'
import { OPTIONS, readServeJob } from '../../src/cli/serve-options.ts'
import { UsageError } from '../../src/errors.ts'

describe('options', () => {
  test('nothing is needed', () => {
    expect(readServeJob([])).toEqual({
      port: 0,
      host: '127.0.0.1',
      dcId: 2,
      dcs: undefined,
      writeKey: undefined,
      key: undefined,
      storage: undefined,
      secret: undefined,
      proxyPort: 0,
      pfs: false,
      verbose: false,
    })
  })

  test('every option has its place', () => {
    const line = '--port 4430 --host :: --dc-id 3 --write-key k.pem --key p.pem --storage dir --pfs -v'
    const proxy = '--secret 000102030405060708090A0B0C0D0E0F --proxy-port 443'
    expect(readServeJob(`${line} ${proxy}`.split(' '))).toEqual({
      port: 4430,
      host: '::',
      dcId: 3,
      dcs: undefined,
      writeKey: 'k.pem',
      key: 'p.pem',
      storage: 'dir',
      secret: Uint8Array.from({ length: 16 }, (_, i) => i),
      proxyPort: 443,
      pfs: true,
      verbose: true,
    })
  })

  test('several datacenters are numbered from 1, at ports that there are', () => {
    expect(readServeJob(['--dcs', '3', '--port', '65533'])).toMatchObject({ dcs: 3, port: 65_533 })
    expect(() => readServeJob(['--dcs', '3', '--port', '65534'])).toThrow('there are not 3 ports from 65534 on')
    expect(() => readServeJob(['--dcs', '3', '--dc-id', '2'])).toThrow('--dcs and --dc-id exclude each other')
    expect(() => readServeJob(['--dcs', '0'])).toThrow(UsageError)
  })

  test('operands, wrong ports and wrong numbers are refused', () => {
    for (const argv of [['4430'], ['--port', '65536'], ['--port', '-1'], ['--port', 'http'], ['--dc-id', '0']]) {
      expect(() => readServeJob(argv), argv.join(' ')).toThrow(UsageError)
    }
  })
})

describe('the secret of the proxy', () => {
  const key = '00112233445566778899aabbccddeeff'

  test.each([key, `dd${key}`, `ee${key}7777772e6578616d706c652e636f6d`])('%s', (secret) => {
    expect(Buffer.from(readServeJob(['--secret', secret]).secret!).toString('hex')).toBe(secret)
  })

  test.each([
    ['no hex', 'xyz', '--secret takes hex digits'],
    ['half a byte', key.slice(1), '--secret takes hex digits'],
    ['of no kind', `cc${key}`, '--secret: an MTProxy secret has 16 bytes'],
    ['without a domain', `ee${key}`, '--secret: an MTProxy secret has 16 bytes'],
    ['with no domain behind it', `ee${key}00`, '--secret: the MTProxy secret ends in no domain'],
  ])('%s, it is refused', (_name, secret, message) => {
    expect(() => readServeJob(['--secret', secret])).toThrow(UsageError)
    expect(() => readServeJob(['--secret', secret])).toThrow(message)
    expect(() => readServeJob(['--secret', secret])).not.toThrow(key)
  })

  test('a port for the proxy without a secret is a slip', () => {
    expect(() => readServeJob(['--proxy-port', '443'])).toThrow('--proxy-port takes a --secret too')
  })
})

describe('help', () => {
  test('it tells every option, and no other, on 80 columns', () => {
    const told = new Set([...command.help.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name]) => name))
    expect([...told].sort()).toEqual([...Object.keys(OPTIONS), 'help'].sort())
    for (const line of command.help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  test('its example is understood', () => {
    const example = /^ {2}mtproto-upload serve (.*)$/m.exec(command.help)![1]!
    expect(readServeJob(example.split(' '))).toMatchObject({ port: 4430, writeKey: 'key.pem' })
  })
})
