/** Errors that any method can be answered with: connections, keys, accounts, limits. */
import type { DeviceInfo } from '../../src/index.ts'
import { document, memoryStorage } from '../../src/index.ts'
import { helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import type { TlWriter } from '../../src/tl/writer.ts'
import { PASSWORD_NEEDED } from './cases-login.ts'
import { type Case, DICE, type Lab, send } from './lab.ts'

const config = { _: 'help.getConfig' } as const

/** Sends an unusual request in the place of `help.getConfig`. */
const writing =
  (write: (writer: TlWriter) => void): Case['act'] =>
  async ({ bot }) =>
    (await bot()).call({ ...helpGetConfig, write }, config)

const withDevice =
  (device: DeviceInfo): Case['act'] =>
  ({ bot }) =>
    bot({ device })

/** Something happens to the account while it is logged in. */
const afterLogin =
  (happen: (lab: Lab, me: bigint) => void): Case['act'] =>
  async (lab) => {
    const client = await lab.person()
    happen(lab, client.user!.id)
    return send(client, DICE)
  }

const INVOKE_WITH_LAYER = 0xda9b0d0d
const INVOKE_AFTER_MSG = 0xcb9f372d
const GET_CONFIG = 0xc4f9186b

export const COMMON_CASES: readonly Case[] = [
  {
    type: 'BOT_METHOD_INVALID',
    code: 400,
    act: async ({ bot }) => (await bot()).invoke({ _: 'contacts.resolvePhone', phone: '100200300' }),
  },
  { type: 'CONNECTION_APP_VERSION_EMPTY', code: 400, act: withDevice({ appVersion: '' }) },
  { type: 'CONNECTION_DEVICE_MODEL_EMPTY', code: 400, act: withDevice({ deviceModel: '' }) },
  { type: 'CONNECTION_SYSTEM_EMPTY', code: 400, act: withDevice({ systemVersion: '' }) },
  {
    type: 'CONNECTION_LAYER_INVALID',
    code: 400,
    act: writing((writer) => {
      writer.uint(INVOKE_WITH_LAYER)
      writer.int(1)
      writer.uint(GET_CONFIG)
    }),
  },
  { type: 'INPUT_FETCH_FAIL', code: 400, act: writing((writer) => writer.uint(INVOKE_WITH_LAYER)) },
  {
    type: 'INPUT_REQUEST_TOO_LONG',
    code: 400,
    act: writing((writer) => {
      writer.uint(GET_CONFIG)
      writer.int(0)
    }),
  },
  {
    type: 'MSG_WAIT_FAILED',
    code: 400,
    dc: { behaviour: { afterTimeout: 10 } },
    act: writing((writer) => {
      writer.uint(INVOKE_AFTER_MSG)
      writer.long(4n)
      writer.uint(GET_CONFIG)
    }),
  },
  {
    type: 'AUTH_KEY_PERM_EMPTY',
    code: 401,
    dc: { requireForwardSecrecy: true },
    act: ({ bot }) => bot(),
  },
  {
    type: 'AUTH_KEY_UNREGISTERED',
    code: 401,
    act: afterLogin(({ server }, me) => {
      for (const key of server.server.keysOf(me)) key.userId = undefined
    }),
  },
  {
    type: 'SESSION_REVOKED',
    code: 401,
    act: afterLogin(({ server }, me) => server.server.revoke(me, 401, 'SESSION_REVOKED')),
  },
  {
    type: 'USER_DEACTIVATED',
    code: 401,
    act: afterLogin(({ world }, me) => {
      world.users.get(me)!.deactivated = true
    }),
  },
  PASSWORD_NEEDED,
  {
    type: 'FLOOD_WAIT_X',
    code: 420,
    text: /^FLOOD_WAIT_(9\d|100)$/,
    act: async ({ bot, world }) => {
      const client = await bot()
      world.floods.limits.set('messages.uploadMedia', { calls: 2, seconds: 100 })
      for (;;) await send(client, DICE)
    },
  },
  {
    type: 'FLOOD_PREMIUM_WAIT_X',
    code: 420,
    text: /^FLOOD_PREMIUM_WAIT_(9\d|100)$/,
    act: async ({ bot, world }) => {
      world.floods.limits.set('upload.saveFilePart', { calls: 2, seconds: 100 })
      const client = await bot({ storage: memoryStorage(), maxWait: 10 })
      return client.uploadMedia({ media: document({ data: new Uint8Array(3 * 128 * 1024), name: 'a' }) })
    },
  },
]
