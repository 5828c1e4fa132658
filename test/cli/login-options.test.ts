/** The options of `login` and `logout`: what they mean, what cannot go together, that the help tells them all, in words. */
import { describe, expect, test } from 'vitest'
import { command as loginCommand } from '../../src/cli/login-command.ts'
import { LOGIN_OPTIONS, LOGOUT_OPTIONS, readLoginJob, readLogoutJob } from '../../src/cli/login-options.ts'
import { anotherText, deliveryText, nameOf, passwordLines, sentLines } from '../../src/cli/login-words.ts'
import { command as logoutCommand } from '../../src/cli/logout-command.ts'
import type { CodeDelivery, CodeRequest } from '../../src/client/login/index.ts'
import { UsageError } from '../../src/errors.ts'

const APP = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'hash' }
const BOT = { ...APP, MTPROTO_BOT_TOKEN: '1:token' }
const login = (argv: readonly string[], environment: Record<string, string> = APP) =>
  readLoginJob(['--session', 's', ...argv], environment)

describe('options', () => {
  test('a person unless a token is there; who asks for another way has it, whatever stands in the environment', () => {
    expect(login([])).toMatchObject({ session: 's', phone: undefined, qr: false, force: false, botToken: undefined })
    expect(login([], BOT).botToken).toBe('1:token')
    expect(login(['--bot-token', '2:x'], BOT).botToken).toBe('2:x')
    expect(login(['--phone', '+49 170'], BOT)).toMatchObject({ phone: '+49 170', botToken: undefined })
    expect(login(['--qr'], BOT)).toMatchObject({ qr: true, botToken: undefined })
    expect(readLogoutJob(['--session', 's'], BOT).botToken).toBeUndefined()
  })

  test.each([
    [['--phone', '1', '--qr'], /--phone and --qr exclude each other/],
    [['--qr', '--bot-token', '1:x'], /--qr and --bot-token exclude each other/],
    [['11111'], /login takes no operands/],
    [['--bot-token', 'x'], /no[t]? one of @BotFather/],
    [['--dc', '127.0.0.1:1'], /--dc needs --server-key/],
  ])('%j cannot be', (argv, says) => {
    expect(() => login(argv)).toThrow(UsageError)
    expect(() => login(argv)).toThrow(says)
  })

  test('an operand is not shown: it may be a code or a password', () => {
    expect(() => login(['hunter2'])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })

  test('the file and the application are needed', () => {
    for (const read of [readLoginJob, readLogoutJob]) {
      expect(() => read([], APP)).toThrow(/--session is needed/)
      expect(() => read(['--session', 's'], {})).toThrow(
        /--api-id or the environment variable MTPROTO_API_ID is needed/,
      )
    }
    expect(() => readLogoutJob(['--session', 's', '--bot-token', '1:x'], APP)).toThrow(/no option --bot-token/)
  })

  test('the help tells every option, in 80 columns, and shows no secret on a command line', () => {
    for (const [{ help }, options] of [
      [loginCommand, LOGIN_OPTIONS],
      [logoutCommand, LOGOUT_OPTIONS],
    ] as const) {
      for (const name of Object.keys(options)) expect(help).toContain(`--${name}`)
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
      expect(help.slice(help.indexOf('Example'))).not.toMatch(/--(bot-token|api-hash|password|code)/)
    }
  })
})

describe('words', () => {
  const request = (more: Partial<CodeRequest>): CodeRequest => ({
    delivery: 'sms',
    length: 5,
    pattern: undefined,
    url: undefined,
    next: undefined,
    nextAt: undefined,
    attempt: 1,
    problem: undefined,
    ...more,
  })
  const WAYS: readonly (readonly [CodeDelivery, Partial<CodeRequest>, RegExp])[] = [
    ['app', {}, /to the Telegram apps where this account is logged in/],
    ['sms', {}, /by SMS$/],
    ['call', {}, /told by a phone call/],
    ['flash-call', { pattern: '+49***' }, /a phone number: of the call that ends at once \(\+49\*\*\*\)/],
    [
      'missed-call',
      { pattern: '+49 30' },
      /last digits of the number that calls and hangs up, which begins with \+49 30/,
    ],
    ['fragment', { url: 'https://fragment.com/x' }, /on Fragment: https:\/\/fragment\.com\/x/],
    ['email', { pattern: 'a***@b.c' }, /by e-mail to a\*\*\*@b\.c/],
    ['sms-word', { pattern: 'h' }, /a word was sent by SMS, which begins with h/],
    ['sms-phrase', { pattern: 'how' }, /a phrase was sent by SMS, which begins with how/],
  ]
  test.each(WAYS)('a code by %s', (delivery, more, says) => {
    expect(deliveryText(request({ delivery, ...more }))).toMatch(says)
    for (const without of [{}, { next: delivery }]) {
      for (const line of sentLines(request({ delivery, ...without }), 0)) expect(line).not.toMatch(/undefined|null/)
    }
  })

  test('when another can be had', () => {
    const next = request({ next: 'call', nextAt: 61_000 })
    expect(anotherText(next, 1_000)).toBe('another code can be had by a phone call in 1 min 0 s')
    expect(anotherText(next, 61_000)).toBe('another code can be had by a phone call')
    expect(anotherText(request({ next: 'sms' }), 5)).toBe('another code can be had by SMS')
    expect(anotherText(request({}), 5)).toMatch(/^there is no other way/)
    expect(sentLines(next, 1_000)).toEqual([
      'the code was sent by SMS (5 digits); it is good for a few minutes',
      'another code can be had by a phone call in 1 min 0 s: leave the line empty for that',
    ])
  })

  test('passwords and people', () => {
    expect(passwordLines({ hint: 'animal', attempt: 1, hasRecovery: true })[0]).toMatch(
      /its hint is "animal"; if it is/,
    )
    expect(passwordLines({ hint: undefined, attempt: 1, hasRecovery: false })[0]).toMatch(/two-step verification\)$/)
    expect(passwordLines({ hint: 'animal', attempt: 2, hasRecovery: true })).toEqual(['the password is wrong'])
    expect(nameOf({ id: 7n, bot: false, username: 'alice' })).toBe('@alice (id 7)')
    expect(nameOf({ id: 7n, bot: true })).toBe('the bot id 7')
  })
})
