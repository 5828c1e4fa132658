/** Logging in as a person, over real sockets, to a cluster of two datacenters. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { view } from '../../src/bytes.ts'
import {
  type CodeRequest,
  type Login,
  type PhoneLoginOptions,
  phoneLogin,
  qrLogin,
  RESEND,
} from '../../src/client/login/index.ts'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { importSession } from '../../src/client/session-strings/index.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { type ConnectOptions, memoryStorage, type RpcError, UploadClient, UsageError } from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import type { SentCode } from '../../src/lab/server/logins.ts'
import {
  authAcceptLoginToken,
  authResendCode,
  authSendCode,
  authSignIn,
} from '../../src/tl/generated/client/methods.ts'

/** Alice, of the test accounts: her codes are five sixes. */
const PHONE = '9996610001'
const ALICE = 'alice'

let home: RunningServer
let other: RunningServer
let faults: Faults
let requests: RequestInfo[]
let clients: UploadClient[]
let sent: SentCode[]
let asked: CodeRequest[]

beforeEach(async () => {
  faults = {}
  requests = []
  clients = []
  sent = []
  asked = []
  const onRequest = (info: RequestInfo): unknown => requests.push(info)
  home = await startServer({ faults, onRequest })
  const { world, privateKeyPem } = home
  other = await startServer({ world, privateKeyPem, dcId: 4, faults, onRequest })
  world.logins.onCode = (code) => sent.push(code)
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await other.close()
  await home.close()
})

async function connect(more: Partial<ConnectOptions>): Promise<UploadClient> {
  const { dcId, host, port, publicKeyPem } = home
  const dc = { id: dcId, host, port, serverKeys: [publicKeyPem] }
  const client = await UploadClient.connect({ apiId: 1, apiHash: 'hash', dc, ...more })
  clients.push(client)
  return client
}

/** A login by phone that answers with `codes`, one after another, and notes what it was asked. */
function byPhone(
  codes: readonly (string | typeof RESEND | Error)[],
  more: Partial<PhoneLoginOptions> = {},
): Partial<ConnectOptions> {
  const left = [...codes]
  const code = (request: CodeRequest): string | typeof RESEND => {
    asked.push(request)
    const next = left.shift() ?? new Error('asked once too often')
    if (next instanceof Error) throw next
    return next
  }
  return { login: phoneLogin({ phone: '+99966 100-01', code, ...more }) }
}

const alice = (): { id: bigint; homeDc?: number | undefined } => home.world.findName(ALICE) as never
const named = (method: string): RequestInfo[] => requests.filter(({ request }) => request._ === method)

describe('by phone number', () => {
  test('the code logs in, and the session is kept without asking again', async () => {
    const storage = memoryStorage()
    const client = await connect({ ...byPhone(['11111']), storage })
    expect(client.user).toEqual({ id: alice().id, bot: false, username: ALICE })
    expect(asked).toMatchObject([{ delivery: 'app', length: 5, next: 'sms', attempt: 1 }])
    expect(asked[0]!.nextAt).toBeGreaterThan(Date.now())
    await client.close()
    const again = await connect({ storage, ...byPhone([]) })
    expect(again.user?.id).toBe(alice().id)
    // Neither number nor code is among what is stored.
    expect(storage.data).not.toContain(PHONE)
    expect(storage.data).not.toContain(sent[0]!.hash)
  })

  test('a wrong code is asked for again, and refused after the fifth', async () => {
    await connect(byPhone(['', '12345', ' 11111 ']))
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    await expect(connect(byPhone(Array.from({ length: 9 }, () => '12345')))).rejects.toMatchObject({
      type: 'PHONE_CODE_INVALID',
    } satisfies Partial<RpcError>)
  })

  test('what was the matter with the code before is told', async () => {
    await connect(byPhone(['12345', '', '11111']))
    expect(asked.map(({ problem }) => problem)).toEqual([undefined, 'wrong', undefined])
  })

  test('a login that the server has lost meanwhile starts over with another code', async () => {
    let restarts = 1
    faults.onRequest = ({ request }) => {
      if (request._ === 'auth.signIn' && restarts-- > 0) home.world.logins.restart()
      return undefined
    }
    const client = await connect(byPhone(['11111', '11111']))
    expect(client.user?.username).toBe(ALICE)
    // The answer that the server does not know any more is not given to it again.
    expect([named('auth.sendCode').length, named('auth.signIn').length]).toEqual([2, 2])
  })

  test('a code that came too late gives way to another, a few times', async () => {
    let late = 2
    faults.onRequest = ({ request }) =>
      request._ === 'auth.signIn' && late-- > 0 ? { kind: 'error', code: 400, text: 'PHONE_CODE_EXPIRED' } : undefined
    await connect(byPhone(['11111', '11111', '11111']))
    expect(asked.map(({ problem, attempt }) => [problem, attempt])).toEqual([
      [undefined, 1],
      ['expired', 1],
      ['expired', 1],
    ])
    expect(new Set(sent.map(({ hash }) => hash)).size).toBe(3)
    late = 99
    await expect(connect(byPhone(Array.from({ length: 9 }, () => '11111')))).rejects.toMatchObject({
      type: 'PHONE_CODE_EXPIRED',
    })
    expect(named('auth.sendCode')).toHaveLength(3 + 6)
  })

  test('a number that cannot be is asked for again, where there is somebody to ask', async () => {
    const numbers = ['', 'none', '12', PHONE]
    const attempts: number[] = []
    const phone = ({ attempt }: { attempt: number }): string => {
      attempts.push(attempt)
      return numbers.shift()!
    }
    expect((await connect(byPhone(['11111'], { phone }))).user?.username).toBe(ALICE)
    expect(attempts).toEqual([1, 2, 3, 4])
    await expect(connect(byPhone([], { phone: () => '12' }))).rejects.toMatchObject({ type: 'PHONE_NUMBER_INVALID' })
    await expect(connect(byPhone([], { phone: () => '' }))).rejects.toThrow(UsageError)
  })

  test('another code comes by the next way, and the first is of no use then', async () => {
    home.world.logins.deliveries.set(PHONE, ['app', 'sms', 'call'])
    await connect(byPhone([RESEND, RESEND, '11111']))
    expect(asked.map(({ delivery, next }) => [delivery, next])).toEqual([
      ['app', 'sms'],
      ['sms', 'call'],
      ['call', undefined],
    ])
    await expect(connect(byPhone([RESEND, RESEND, RESEND]))).rejects.toMatchObject({ type: 'SEND_CODE_UNAVAILABLE' })
  })

  test('a further way that is gone when it is asked for: the code that was sent is still good', async () => {
    faults.onRequest = ({ request }) =>
      request._ === 'auth.resendCode' ? { kind: 'error', code: 406, text: 'SEND_CODE_UNAVAILABLE' } : undefined
    const client = await connect(byPhone([RESEND, '11111']))
    expect(asked.map(({ delivery, next, attempt }) => [delivery, next, attempt])).toEqual([
      ['app', 'sms', 1],
      ['app', undefined, 1],
    ])
    expect(client.user?.username).toBe(ALICE)
  })

  test.each([
    ['flash-call', { pattern: '+49*****11111' }],
    ['missed-call', { pattern: '+49 30', length: 5 }],
    ['fragment', { url: 'https://fragment.com/login/9996610001' }],
    ['email', { pattern: 'a***@e***.org' }],
    ['sms-word', { pattern: '1' }],
    ['sms-phrase', { pattern: '1' }],
  ] as const)('a code by %s is described, and accepted', async (delivery, described) => {
    home.world.logins.deliveries.set(PHONE, [delivery])
    const client = await connect(byPhone(['11111']))
    expect(asked[0]).toMatchObject({ delivery, next: undefined, nextAt: undefined, ...described })
    expect(client.user?.username).toBe(ALICE)
  })

  test('an account that has to have an e-mail address first: says so', async () => {
    home.world.logins.deliveries.set(PHONE, ['set-up-email'])
    await expect(connect(byPhone(['11111']))).rejects.toThrow(/e-mail address before/)
  })

  test('a number without an account: nobody is signed up, and the sentence says where that is done', async () => {
    const login = byPhone(['22222'], { phone: () => Promise.resolve('9996620001') })
    await expect(connect(login)).rejects.toThrow(UsageError)
    await expect(connect(byPhone(['22222'], { phone: '9996620001' }))).rejects.toThrow(/sign up with an official app/)
  })

  test.each([
    ['12', /PHONE_NUMBER_INVALID/],
    ['no number', /has digits/],
  ])('the number "%s" is refused', async (phone, why) => {
    await expect(connect(byPhone([], { phone }))).rejects.toThrow(why)
  })

  test('the server takes a number as other clients send it: with its plus and its spaces', async () => {
    const phoneNumber = '+99966 100-01'
    const login: Login = async (context) => {
      const settings = { _: 'codeSettings' } as const
      const request = { _: 'auth.sendCode', phoneNumber, apiId: 1, apiHash: 'hash', settings } as const
      let code = await context.call(authSendCode, request)
      const common = (): { phoneNumber: string; phoneCodeHash: string } => {
        if (code._ !== 'auth.sentCode') throw new Error(code._)
        return { phoneNumber, phoneCodeHash: code.phoneCodeHash }
      }
      code = await context.call(authResendCode, { _: 'auth.resendCode', ...common() })
      return context.call(authSignIn, { _: 'auth.signIn', ...common(), phoneCode: '11111' })
    }
    expect((await connect({ login })).user?.username).toBe(ALICE)
    expect(sent.map(({ phone }) => phone)).toEqual([PHONE, PHONE])
  })

  test('a banned number', async () => {
    home.world.logins.bannedPhones.add(PHONE)
    await expect(connect(byPhone([]))).rejects.toMatchObject({ type: 'PHONE_NUMBER_BANNED' })
  })

  test('whoever is asked gives up: the code is called back, and the error is theirs', async () => {
    await expect(connect(byPhone([new Error('enough')]))).rejects.toThrow('enough')
    await expect.poll(() => named('auth.cancelCode').length).toBe(1)
  })

  test('whoever is asked gives nothing: an error, and no attempt on the server', async () => {
    for (const nothing of [undefined, null, 11111]) {
      const login = phoneLogin({ phone: PHONE, code: () => nothing as never })
      await expect(connect({ login })).rejects.toThrow(/code must give a string or RESEND/)
    }
    await connect(byPhone(['', ' ', '11111']))
    expect(named('auth.signIn')).toHaveLength(1)
  })

  test('an account that lives on another datacenter is followed there', async () => {
    alice().homeDc = 4
    const client = await connect(byPhone(['11111']))
    expect(client.dcId).toBe(4)
    expect(named('auth.sendCode')).toHaveLength(2)
    expect(asked).toHaveLength(1)
  })

  test('who gives up there, or has no more attempts, is not asked all over again', async () => {
    alice().homeDc = 4
    await expect(connect(byPhone([new Error('enough'), '11111']))).rejects.toThrow('enough')
    await expect(connect(byPhone(Array.from({ length: 9 }, () => '12345')))).rejects.toMatchObject({
      type: 'PHONE_CODE_INVALID',
    })
    expect([sent.length, asked.length]).toEqual([2, 6])
  })

  test('a signal ends it while a code is awaited', async () => {
    const abort = new AbortController()
    const login = phoneLogin({
      phone: PHONE,
      code: () => {
        abort.abort(new Error('never mind'))
        return new Promise(() => {})
      },
    })
    await expect(connect({ login, signal: abort.signal })).rejects.toThrow('never mind')
  })
})

describe('with a password', () => {
  beforeEach(() => home.world.logins.setPassword(nativeCrypto, alice().id, 'correct höрse', 'animal'))

  test('it is asked for with its hint, and a wrong one again', async () => {
    const passwords = ['wrong', 'correct höрse']
    const requested: unknown[] = []
    const password = (request: unknown): string => {
      requested.push(request)
      return passwords.shift()!
    }
    const storage = memoryStorage()
    const client = await connect({ ...byPhone(['11111'], { password }), storage })
    expect(client.user?.username).toBe(ALICE)
    expect(requested).toEqual([
      { hint: 'animal', attempt: 1, hasRecovery: false },
      { hint: 'animal', attempt: 2, hasRecovery: false },
    ])
    expect(storage.data).not.toContain('correct')
  })

  test('nobody to ask: says which option is missing', async () => {
    await expect(connect(byPhone(['11111']))).rejects.toThrow(/option password/)
  })

  test.each([undefined, ''])('%s instead of a password: an error, and no attempt on the server', async (nothing) => {
    const password = (): string => nothing as never
    await expect(connect(byPhone(['11111'], { password }))).rejects.toThrow(/password must give a string/)
    expect(named('auth.checkPassword')).toHaveLength(0)
  })

  test('wrong five times: the server has the last word', async () => {
    const password = (): string => 'wrong'
    await expect(connect(byPhone(['11111'], { password }))).rejects.toThrow(
      /PASSWORD_HASH_INVALID.*the password is wrong/,
    )
    expect(named('auth.checkPassword')).toHaveLength(5)
  })

  test('a challenge that is over is asked for anew, and does not count as a wrong password', async () => {
    let over = 2
    faults.onRequest = ({ request }) =>
      request._ === 'auth.checkPassword' && over-- > 0
        ? { kind: 'error', code: 400, text: 'SRP_ID_INVALID' }
        : undefined
    // What was typed is still right: nobody is asked to type it once more.
    const passwords = ['correct höрse']
    const client = await connect(byPhone(['11111'], { password: () => passwords.shift()! }))
    expect(client.user?.username).toBe(ALICE)
    expect(named('account.getPassword')).toHaveLength(3)
  })

  test('a server that takes no answer at all is given up', async () => {
    faults.onRequest = ({ request }) =>
      request._ === 'auth.checkPassword' ? { kind: 'error', code: 400, text: 'SRP_ID_INVALID' } : undefined
    await expect(connect(byPhone(['11111'], { password: () => 'correct höрse' }))).rejects.toMatchObject({
      type: 'SRP_ID_INVALID',
    })
    expect(named('auth.checkPassword')).toHaveLength(5)
  })

  test('one that is asked for instead of a code: the server knows this device', async () => {
    faults.onRequest = ({ request }) =>
      request._ === 'auth.sendCode' ? { kind: 'error', code: 401, text: 'SESSION_PASSWORD_NEEDED' } : undefined
    await expect(connect(byPhone([]))).rejects.toThrow(/option password/)
  })
})

describe('by QR code', () => {
  /** Alice's other device, that scans codes. */
  const phone = (): Promise<UploadClient> => connect(byPhone(['11111']))
  const scan = async (device: UploadClient, url: string): Promise<void> => {
    const token = new Uint8Array(Buffer.from(url.replace('tg://login?token=', ''), 'base64url'))
    await device.call(authAcceptLoginToken, { _: 'auth.acceptLoginToken', token })
  }

  test('a scanned code logs in at once', async () => {
    const device = await phone()
    const client = await connect({ login: qrLogin({ onToken: ({ url }) => void scan(device, url) }) })
    expect(client.user?.username).toBe(ALICE)
    expect(named('auth.exportLoginToken')).toHaveLength(2)
  })

  test('codes that nobody scans in time give way to others', async () => {
    const device = await phone()
    home.world.logins.tokenLife = 1
    const urls: string[] = []
    const client = await connect({
      login: qrLogin({
        onToken({ url }) {
          urls.push(url)
          if (urls.length === 2) void scan(device, url)
        },
      }),
    })
    expect(new Set(urls).size).toBe(2)
    expect(client.user?.username).toBe(ALICE)
  })

  test('an account on another datacenter, with a password', async () => {
    alice().homeDc = 4
    const device = await phone()
    await home.world.logins.setPassword(nativeCrypto, alice().id, 'secret')
    const onToken = ({ url }: { url: string }): void => void scan(device, url)
    const client = await connect({ login: qrLogin({ onToken, password: () => 'secret' }) })
    expect(client).toMatchObject({ dcId: 4, user: { username: ALICE } })
  })

  test.each([3600, -3600])(
    'a clock that is off by %i s: a code is shown for as long as it is good',
    async (seconds) => {
      home.world.logins.tokenLife = 600
      const wallClock = (): number => Date.now() + 1000 * seconds
      const lives: number[] = []
      const device = await phone()
      const login = qrLogin({
        onToken({ url, expiresAt }) {
          lives.push(Math.round((expiresAt - wallClock()) / 1000))
          void scan(device, url)
        },
      })
      await connect({ login, host: { ...systemHost, wallClock } })
      // Far from an hour more or less, however slow the machine.
      expect(lives).toHaveLength(1)
      expect(lives[0]! > 300 && lives[0]! <= 602, `${lives[0]} s`).toBe(true)
    },
  )

  test('a code that is over when it comes to where the account lives gives way to another, a few times', async () => {
    alice().homeDc = 4
    const device = await phone()
    let late = 1
    faults.onRequest = ({ request }) =>
      request._ === 'auth.importLoginToken' && late-- > 0
        ? { kind: 'error', code: 400, text: 'AUTH_TOKEN_EXPIRED' }
        : undefined
    const urls = new Set<string>()
    const login = qrLogin({
      onToken({ url }) {
        urls.add(url)
        void scan(device, url).catch(() => {})
      },
    })
    expect(await connect({ login })).toMatchObject({ dcId: 4, user: { username: ALICE } })
    expect(urls.size).toBe(2)
    faults.onRequest = ({ request }) =>
      request._ === 'auth.exportLoginToken' ? { kind: 'error', code: 400, text: 'AUTH_TOKEN_EXPIRED' } : undefined
    await expect(connect({ login })).rejects.toMatchObject({ type: 'AUTH_TOKEN_EXPIRED' })
  })

  test.each([
    ['updates', 0x74ae4240],
    ['updatesCombined', 0x725b04c3],
  ])('that a code was scanned is heard in %s, too', async (_, kind) => {
    const device = await phone()
    faults.onSeal = (plain) => {
      const [id, update] = [
        view(plain.body).getUint32(0, true),
        plain.body.length === 12 && view(plain.body).getUint32(4, true),
      ]
      if (id !== 0x78d4dec1 || update !== 0x564fe691) return plain
      const body = new Uint8Array(40)
      // The vector of updates comes first; then, empty, those of users and chats, a date and a number.
      for (const [i, word] of [kind, 0x1cb5c415, 1, 0x564fe691, 0x1cb5c415, 0, 0x1cb5c415, 0, 1, 0].entries())
        view(body).setUint32(4 * i, word, true)
      return { ...plain, body }
    }
    let shown = 0
    const onToken = ({ url }: { url: string }): void => {
      shown++
      void scan(device, url)
    }
    await connect({ login: qrLogin({ onToken }) })
    expect(shown).toBe(1)
  })

  test('a signal ends the wait', async () => {
    const abort = new AbortController()
    const onToken = (): void => abort.abort(new Error('never mind'))
    await expect(connect({ login: qrLogin({ onToken }), signal: abort.signal })).rejects.toThrow('never mind')
  })
})

describe('a session from elsewhere', () => {
  test('a key without a name: the server says whose it is', async () => {
    const storage = memoryStorage()
    await (await connect({ ...byPhone(['11111']), storage })).close()
    const { keys, dc } = decodeSession(storage.data!)
    const bytes = Buffer.concat([
      Buffer.from([dc]),
      Buffer.from([127, 0, 0, 1]),
      Buffer.from([1, 187]),
      keys.get(dc)!.key,
    ])
    const telethon = `1${bytes.toString('base64url')}=`
    const client = await connect({ storage: memoryStorage(importSession(telethon)) })
    expect(client.user).toEqual({ id: alice().id, bot: false, username: ALICE })
  })

  test('a login that was ended is made anew, if somebody can be asked; else it is an error', async () => {
    const storage = memoryStorage()
    await (await connect({ ...byPhone(['11111']), storage })).close()
    faults.onRequest = ({ request }) =>
      request._ === 'users.getUsers' ? { kind: 'error', code: 401, text: 'SESSION_REVOKED' } : undefined
    await expect(connect({ storage: memoryStorage(storage.data) })).rejects.toMatchObject({ type: 'SESSION_REVOKED' })
    const client = await connect({ ...byPhone(['11111']), storage: memoryStorage(storage.data) })
    expect(client.user?.username).toBe(ALICE)
  })
})

test('a bot token and a login exclude each other', async () => {
  await expect(connect({ ...byPhone([]), botToken: '1:a' })).rejects.toThrow(/exclude each other/)
})
