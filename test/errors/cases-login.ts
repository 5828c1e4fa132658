/** Errors of logging in: bots, codes, passwords, QR codes, and logins that are taken to another datacenter. */

import type { Login } from '../../src/client/login/context.ts'
import { phoneLogin } from '../../src/client/login/index.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import type { DocumentedMethod } from '../../src/explain/index.ts'
import type { ConnectOptions } from '../../src/index.ts'
import type { AuthSentCode, MethodMap } from '../../src/tl/generated/api-types.ts'
import * as methods from '../../src/tl/generated/client/methods.ts'
import type { Method } from '../../src/tl/method.ts'
import { type Case, CODE, type Lab, PHONE } from './lab.ts'

const app = { apiId: 1, apiHash: 'hash' }
const all = Object.values(methods) as unknown as readonly Method<{ readonly _: string }, unknown>[]

type Call = <Name extends keyof MethodMap>(
  request: MethodMap[Name]['request'] & { _: Name },
) => Promise<MethodMap[Name]['result']>

/** Calls methods before anybody is logged in, as a login does. */
const before =
  (act: (call: Call, lab: Lab) => Promise<unknown>, more?: Partial<ConnectOptions>) =>
  async (lab: Lab): Promise<unknown> => {
    const login: Login = async (context) => {
      const call = ((request: { readonly _: string }) =>
        context.call(all.find(({ name }) => name === request._)!, request)) as unknown as Call
      await act(call, lab)
      throw new Error('nothing failed')
    }
    return lab.connect({ login, ...more })
  }

const sendCode = (call: Call, phoneNumber = PHONE): Promise<AuthSentCode> =>
  call({ _: 'auth.sendCode', phoneNumber, ...app, settings: { _: 'codeSettings' } })
const hashOf = (sent: AuthSentCode): string => (sent as { phoneCodeHash: string }).phoneCodeHash
const sendingCode =
  (arrange: (lab: Lab) => void, phone?: string): Case['act'] =>
  (lab) => {
    arrange(lab)
    return before((call) => sendCode(call, phone))(lab)
  }
const nothing = (): void => {}

/** A code is sent, and something wrong done with it. */
const withCode = (act: (call: Call, phoneCodeHash: string, lab: Lab) => Promise<unknown>): Case['act'] =>
  before(async (call, lab) => act(call, hashOf(await sendCode(call)), lab))

const signIn = (call: Call, phoneCodeHash: string, phoneCode: string): Promise<unknown> =>
  call({ _: 'auth.signIn', phoneNumber: PHONE, phoneCodeHash, phoneCode })

/** What is wrong with the hash of a code, by the method that takes it. */
const hashCases = (give: (call: Call, phoneNumber: string, phoneCodeHash: string) => Promise<unknown>): Case[] => [
  { type: 'PHONE_CODE_EXPIRED', code: 400, act: before((call) => give(call, PHONE, 'none')) },
  { type: 'PHONE_NUMBER_INVALID', code: 406, act: before((call) => give(call, '1', 'none')) },
]

/** A person with a password logs in, and gives this one. */
const withPassword =
  (given: string, meanwhile?: (lab: Lab, id: bigint) => Promise<void>): Case['act'] =>
  async (lab) => {
    const { id } = [...lab.world.users.values()].find(({ phone }) => phone === PHONE)!
    await lab.world.logins.setPassword(nativeCrypto, id, 'right')
    const password = async (): Promise<string> => {
      await meanwhile?.(lab, id)
      return given
    }
    return lab.connect({ login: phoneLogin({ phone: PHONE, code: () => CODE, password }) })
  }

const withToken =
  (botToken: string, arrange: (lab: Lab) => void = nothing): Case['act'] =>
  (lab) => {
    arrange(lab)
    return lab.connect({ botToken })
  }
const published = ({ world }: Lab): void => void world.publishedApiIds.add(1)

/** A QR code is shown. */
const shown = async (call: Call): Promise<Uint8Array> =>
  ((await call({ _: 'auth.exportLoginToken', ...app, exceptIds: [] })) as { token: Uint8Array }).token
/** Somebody scans a QR code that is shown here. */
const scanned =
  (act: (lab: Lab, token: Uint8Array, me: bigint) => Promise<unknown>, except = false): Case['act'] =>
  async (lab) => {
    const client = await lab.person()
    const me = client.user!.id
    const { token } = lab.world.logins.newToken(Math.floor(Date.now() / 1000), except ? [me] : [], nothing)
    return act({ ...lab, person: async () => client }, token, me)
  }
const accept = async ({ person }: Lab, token: Uint8Array): Promise<unknown> =>
  (await person()).invoke({ _: 'auth.acceptLoginToken', token })

const bind = (lab: Lab): Promise<unknown> =>
  lab.bot().then((client) =>
    client.invoke({
      _: 'auth.bindTempAuthKey',
      permAuthKeyId: 1n,
      nonce: 1n,
      expiresAt: 2_000_000_000,
      encryptedMessage: new Uint8Array(64),
    }),
  )

/** The code was right, but that is not all. */
export const PASSWORD_NEEDED: Case = {
  type: 'SESSION_PASSWORD_NEEDED',
  code: 401,
  act: withCode(async (call, hash, { world }) => {
    const { id } = [...world.users.values()].find(({ phone }) => phone === PHONE)!
    await world.logins.setPassword(nativeCrypto, id, 'right')
    return signIn(call, hash, CODE)
  }),
}

export const LOGIN_CASES: Readonly<Partial<Record<DocumentedMethod, readonly Case[]>>> = {
  'auth.importBotAuthorization': [
    {
      type: 'ACCESS_TOKEN_INVALID',
      code: 400,
      dc: {},
      act: withToken('5000000001:x', ({ world }) => {
        world.addUser({ id: 5_000_000_001n, firstName: 'No bot' })
      }),
    },
    {
      type: 'ACCESS_TOKEN_EXPIRED',
      code: 400,
      act: withToken('9:old', ({ world }) => void world.expiredTokens.add('9:old')),
    },
    {
      type: 'API_ID_INVALID',
      code: 400,
      act: async ({ bot }) =>
        (await bot()).invoke({
          _: 'auth.importBotAuthorization',
          flags: 0,
          apiId: 0,
          apiHash: '',
          botAuthToken: '9:x',
        }),
    },
    { type: 'API_ID_PUBLISHED_FLOOD', code: 400, act: withToken('9:x', published) },
  ],
  'auth.sendCode': [
    {
      type: 'API_ID_INVALID',
      code: 400,
      act: before((call) =>
        call({ _: 'auth.sendCode', phoneNumber: PHONE, apiId: 0, apiHash: '', settings: { _: 'codeSettings' } }),
      ),
    },
    { type: 'API_ID_PUBLISHED_FLOOD', code: 400, act: sendingCode(published) },
    { type: 'PHONE_NUMBER_INVALID', code: 406, act: sendingCode(nothing, '12') },
    {
      type: 'PHONE_NUMBER_BANNED',
      code: 400,
      act: sendingCode(({ world }) => void world.logins.bannedPhones.add(PHONE)),
    },
    {
      type: 'PHONE_NUMBER_FLOOD',
      code: 400,
      act: withCode((call, _, { world }) => {
        world.logins.mostCodes = 1
        return sendCode(call)
      }),
    },
    {
      type: 'PHONE_NUMBER_APP_SIGNUP_FORBIDDEN',
      code: 400,
      act: sendingCode(({ world }) => {
        world.logins.signUpForbidden = true
      }, '9996612345'),
    },
    {
      type: 'PHONE_PASSWORD_FLOOD',
      code: 406,
      act: async (lab) => {
        await withPassword('wrong')(lab).catch(nothing)
        return sendingCode(({ world }) => {
          world.logins.mostPasswords = 5
        })(lab)
      },
    },
    {
      type: 'SMS_CODE_CREATE_FAILED',
      code: 400,
      act: sendingCode(({ world }) => void world.logins.deliveries.set(PHONE, [])),
    },
    {
      type: 'UPDATE_APP_TO_LOGIN',
      code: 406,
      act: sendingCode(({ world }) => {
        world.oldestLoginLayer = 10_000
      }),
    },
  ],
  'auth.resendCode': [
    ...hashCases((call, phoneNumber, phoneCodeHash) => call({ _: 'auth.resendCode', phoneNumber, phoneCodeHash })),
    {
      type: 'PHONE_CODE_HASH_EMPTY',
      code: 400,
      act: before((call) => call({ _: 'auth.resendCode', phoneNumber: PHONE, phoneCodeHash: '' })),
    },
    {
      type: 'SEND_CODE_UNAVAILABLE',
      code: 406,
      act: (lab) => {
        lab.world.logins.deliveries.set(PHONE, ['sms'])
        return withCode((call, phoneCodeHash) => call({ _: 'auth.resendCode', phoneNumber: PHONE, phoneCodeHash }))(lab)
      },
    },
    {
      type: 'EMAIL_INSTALL_MISSING',
      code: 400,
      act: (lab) => {
        lab.world.logins.deliveries.set(PHONE, ['set-up-email', 'sms'])
        return withCode((call, phoneCodeHash) => call({ _: 'auth.resendCode', phoneNumber: PHONE, phoneCodeHash }))(lab)
      },
    },
  ],
  'auth.cancelCode': hashCases((call, phoneNumber, phoneCodeHash) =>
    call({ _: 'auth.cancelCode', phoneNumber, phoneCodeHash }),
  ),
  'auth.signIn': [
    ...hashCases((call, phoneNumber, phoneCodeHash) =>
      call({ _: 'auth.signIn', phoneNumber, phoneCodeHash, phoneCode: CODE }),
    ),
    { type: 'PHONE_CODE_EMPTY', code: 400, act: withCode((call, hash) => signIn(call, hash, '')) },
    { type: 'PHONE_CODE_INVALID', code: 400, act: withCode((call, hash) => signIn(call, hash, '00000')) },
    {
      type: 'AUTH_RESTART',
      code: 500,
      act: withCode((call, hash, { world }) => {
        world.logins.restart()
        return signIn(call, hash, CODE)
      }),
    },
    {
      type: 'UPDATE_APP_TO_LOGIN',
      code: 406,
      act: withCode((call, hash, { world }) => {
        world.oldestLoginLayer = 10_000
        return signIn(call, hash, CODE)
      }),
    },
  ],
  'auth.checkPassword': [
    { type: 'PASSWORD_HASH_INVALID', code: 400, act: withPassword('wrong') },
    {
      type: 'SRP_PASSWORD_CHANGED',
      code: 400,
      act: withPassword('right', ({ world }, id) => world.logins.setPassword(nativeCrypto, id, 'another')),
    },
    {
      type: 'SRP_ID_INVALID',
      code: 400,
      act: withCode(async (call, hash, { world }) => {
        const { id } = [...world.users.values()].find(({ phone }) => phone === PHONE)!
        await world.logins.setPassword(nativeCrypto, id, 'right')
        await signIn(call, hash, CODE).catch(nothing)
        const password = {
          _: 'inputCheckPasswordSRP',
          srpId: 1n,
          A: new Uint8Array(256),
          M1: new Uint8Array(32),
        } as const
        return call({ _: 'auth.checkPassword', password })
      }),
    },
  ],
  'auth.exportLoginToken': [
    {
      type: 'API_ID_INVALID',
      code: 400,
      act: before((call) => call({ _: 'auth.exportLoginToken', apiId: 0, apiHash: '', exceptIds: [] })),
    },
    {
      type: 'API_ID_PUBLISHED_FLOOD',
      code: 400,
      act: (lab) => {
        published(lab)
        return before(shown)(lab)
      },
    },
  ],
  'auth.importLoginToken': [
    {
      type: 'AUTH_TOKEN_INVALID',
      code: 400,
      act: before((call) => call({ _: 'auth.importLoginToken', token: new Uint8Array(3) })),
    },
    {
      type: 'AUTH_TOKEN_EXPIRED',
      code: 400,
      act: before((call) => call({ _: 'auth.importLoginToken', token: new Uint8Array(32) })),
    },
    {
      type: 'AUTH_TOKEN_ALREADY_ACCEPTED',
      code: 400,
      act: scanned(async (lab, token) => {
        await accept(lab, token)
        return before(async (call) => {
          await call({ _: 'auth.importLoginToken', token })
          return call({ _: 'auth.importLoginToken', token })
        })(lab)
      }),
    },
  ],
  'auth.acceptLoginToken': [
    { type: 'AUTH_TOKEN_INVALIDX', code: 400, act: (lab) => accept(lab, new Uint8Array(3)) },
    { type: 'AUTH_TOKEN_EXPIRED', code: 400, act: (lab) => accept(lab, new Uint8Array(32)) },
    {
      type: 'AUTH_TOKEN_ALREADY_ACCEPTED',
      code: 400,
      act: scanned(async (lab, token) => {
        await accept(lab, token)
        return accept(lab, token)
      }),
    },
    { type: 'AUTH_TOKEN_EXCEPTION', code: 400, act: scanned(accept, true) },
  ],
  'auth.exportAuthorization': [
    {
      type: 'DC_ID_INVALID',
      code: 400,
      act: async ({ bot }) => (await bot()).invoke({ _: 'auth.exportAuthorization', dcId: 9 }),
    },
  ],
  'auth.importAuthorization': [
    {
      type: 'AUTH_BYTES_INVALID',
      code: 400,
      act: async ({ bot }) => {
        const client = await bot()
        return client.invoke({ _: 'auth.importAuthorization', id: client.user!.id, bytes: new Uint8Array(64) })
      },
    },
    {
      type: 'USER_ID_INVALID',
      code: 400,
      act: async ({ bot }) =>
        (await bot()).invoke({ _: 'auth.importAuthorization', id: 7n, bytes: new Uint8Array(64) }),
    },
  ],
  'auth.bindTempAuthKey': [{ type: 'TEMP_AUTH_KEY_EMPTY', code: 400, act: bind }],
}
