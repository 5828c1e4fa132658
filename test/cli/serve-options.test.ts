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
      writeKey: undefined,
      key: undefined,
      storage: undefined,
      pfs: false,
      verbose: false,
    })
  })

  test('every option has its place', () => {
    const line = '--port 4430 --host :: --dc-id 3 --write-key k.pem --key p.pem --storage dir --pfs -v'
    expect(readServeJob(line.split(' '))).toEqual({
      port: 4430,
      host: '::',
      dcId: 3,
      writeKey: 'k.pem',
      key: 'p.pem',
      storage: 'dir',
      pfs: true,
      verbose: true,
    })
  })

  test('operands, wrong ports and wrong numbers are refused', () => {
    for (const argv of [['4430'], ['--port', '65536'], ['--port', '-1'], ['--port', 'http'], ['--dc-id', '0']]) {
      expect(() => readServeJob(argv), argv.join(' ')).toThrow(UsageError)
    }
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
