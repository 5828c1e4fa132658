/**
 * Login: bots by their token, users by what another DC says of them, temporary keys by their permanent one.
 *
 * Sources: https://core.telegram.org/api/bots, https://core.telegram.org/api/datacenter#authorization-transfer,
 * https://core.telegram.org/method/auth.bindTempAuthKey
 */
import { equal, view } from '../../../bytes.ts'
import { messageAesKeyIvV1, messageKeyV1 } from '../../../crypto/message-key.ts'
import { TlError } from '../../../errors.ts'
import { readClientMessage } from '../../../tl/generated/mtproto/server.ts'
import type { ClientMessage } from '../../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../../tl/reader.ts'
import { type KeyRecord, keyId } from '../auth-keys.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { WorldUser } from '../world.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'
import { toUser } from './peers.ts'

/** `123456:ABC-DEF…`: the bot's number and its secret. */
const BOT_TOKEN = /^(\d{1,15}):[\w-]+$/

/** auth_key_id and msg_key in front of `encrypted_message`; salt, session, msg_id, seqno and length inside it. */
const BIND_HEAD = 24
const BIND_PLAIN_HEAD = 32

type BindInner = Extract<ClientMessage, { _: 'bind_auth_key_inner' }>

export const AUTH_METHODS: Handlers<
  | 'auth.importBotAuthorization'
  | 'auth.logOut'
  | 'auth.exportAuthorization'
  | 'auth.importAuthorization'
  | 'auth.bindTempAuthKey'
> = {
  'auth.importBotAuthorization': (call, request) => {
    const { world, id: dcId } = call.dc
    checkApp(call, request)
    const number = BOT_TOKEN.exec(request.botAuthToken)?.[1]
    if (number === undefined) throw badRequest('ACCESS_TOKEN_INVALID')
    if (world.expiredTokens.has(request.botAuthToken)) throw badRequest('ACCESS_TOKEN_EXPIRED')
    const known = world.users.get(BigInt(number))
    if (known === undefined ? !world.openToBots : !known.bot) throw badRequest('ACCESS_TOKEN_INVALID')
    const bot = known ?? world.bot(BigInt(number))
    if (bot.deactivated) throw new RpcFailure(401, 'USER_DEACTIVATED')
    if (bot.homeDc !== undefined && bot.homeDc !== dcId) throw new RpcFailure(303, `USER_MIGRATE_${bot.homeDc}`)
    return authorized(call, bot)
  },

  'auth.logOut': (call) => {
    call.who.userId = undefined
    return { _: 'auth.loggedOut' }
  },

  'auth.exportAuthorization': (call, { dcId }) => {
    const { world, id } = call.dc
    if (dcId === id || !world.dcs.some((dc) => dc.id === dcId)) throw badRequest('DC_ID_INVALID')
    const user = self(call)
    return { _: 'auth.exportedAuthorization', id: user.id, bytes: world.exportAuthorization(user.id, dcId) }
  },

  'auth.importAuthorization': (call, { id, bytes }) => {
    const { world, id: dcId } = call.dc
    if (!world.users.has(id)) throw badRequest('USER_ID_INVALID')
    const user = world.importAuthorization(id, dcId, bytes)
    if (user === undefined) throw badRequest('AUTH_BYTES_INVALID')
    const answer = authorized(call, user)
    call.who.guest = true
    return answer
  },

  'auth.bindTempAuthKey': (call, request) => {
    const { dc, key } = call
    if (key.expiresAt === undefined) throw badRequest('TEMP_AUTH_KEY_EMPTY')
    const permanent = dc.keys.find(request.permAuthKeyId, dc.seconds())
    if (permanent === undefined || permanent.expiresAt !== undefined) throw invalid()
    const { msgId, inner } = openBinding(call, permanent, request.encryptedMessage)
    const fits =
      msgId === call.msgId &&
      inner.nonce === request.nonce &&
      inner.tempAuthKeyId === key.id &&
      inner.permAuthKeyId === permanent.id &&
      inner.tempSessionId === call.sessionId &&
      inner.expiresAt === request.expiresAt
    if (!fits) throw invalid()
    if (request.expiresAt <= dc.seconds()) throw badRequest('EXPIRES_AT_INVALID')
    if (key.boundTo !== undefined && key.boundTo !== permanent) throw badRequest('TEMP_AUTH_KEY_ALREADY_BOUND')
    if (dc.behaviour.singleBinding) {
      for (const other of dc.keys.all()) if (other.boundTo === permanent) other.boundTo = undefined
    }
    key.boundTo = permanent
    // What the client said on the temporary key holds for the account from now on.
    if (key.layer !== 0) permanent.layer = key.layer
    permanent.client = key.client ?? permanent.client
    return true
  },
}

/** @throws RpcFailure API_ID_INVALID, API_ID_PUBLISHED_FLOOD */
export function checkApp(
  { dc }: MethodCall,
  { apiId, apiHash }: { readonly apiId: number; readonly apiHash: string },
): void {
  if (apiId <= 0 || apiHash === '') throw badRequest('API_ID_INVALID')
  if (dc.world.publishedApiIds.has(apiId)) throw badRequest('API_ID_PUBLISHED_FLOOD')
}

/** Logs an account in on the call's key. */
export function authorized(
  call: MethodCall,
  user: WorldUser,
): { _: 'auth.authorization'; user: ReturnType<typeof toUser> } {
  call.who.userId = user.id
  call.who.guest = false
  call.who.passwordFor = undefined
  return { _: 'auth.authorization', user: toUser(user, user) }
}

function invalid(): RpcFailure {
  return badRequest('ENCRYPTED_MESSAGE_INVALID')
}

/** Opens the message that proves the client has the permanent key: MTProto 1.0, the only place that still uses it. */
function openBinding(
  { dc }: MethodCall,
  permanent: KeyRecord,
  message: Uint8Array,
): { msgId: bigint; inner: BindInner } {
  const data = message.slice(BIND_HEAD)
  if (data.length === 0 || data.length % 16 !== 0 || keyId(message) !== permanent.id) throw invalid()
  const msgKey = message.subarray(8, BIND_HEAD)
  const { key, iv } = messageAesKeyIvV1(dc.crypto, permanent.authKey.bytes, 'client', msgKey)
  dc.crypto.igeDecrypt(key, iv, data)
  const fields = view(data)
  const length = data.length < BIND_PLAIN_HEAD ? -1 : fields.getInt32(28, true)
  const end = BIND_PLAIN_HEAD + length
  if (length < 0 || end > data.length || data.length - end > 15) throw invalid()
  if (!equal(messageKeyV1(dc.crypto, data.subarray(0, end)), msgKey)) throw invalid()
  try {
    const inner = readClientMessage(new TlReader(data, BIND_PLAIN_HEAD, end))
    if (inner._ !== 'bind_auth_key_inner') throw invalid()
    return { msgId: fields.getBigInt64(16, true), inner }
  } catch (error) {
    throw error instanceof TlError ? invalid() : error
  }
}
