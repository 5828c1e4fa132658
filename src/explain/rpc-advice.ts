/**
 * What to do about an error of the API: one row for each error that the calls of this package document.
 *
 * Keys are normalised names (`FLOOD_WAIT_X`); the clauses are ours. Kept terse: it is one of the larger tables of the program.
 * Sources: https://core.telegram.org/method/messages.uploadMedia, https://core.telegram.org/api/files#uploading-files,
 * https://core.telegram.org/method/auth.importBotAuthorization, https://core.telegram.org/api/errors
 */
import { type Advice, change, later, never, type Repeat, wait } from './advice.ts'
import { LOGIN_ADVICE } from './login-advice.ts'
import { MEDIA_ADVICE } from './media-advice.ts'

const admin = 'ask an admin of the chat for the right to post there'
const loginAgain = 'log in again'
// The client goes there by itself, so that whoever sees the error was sent in a circle.
const sentOn = 'but the servers sent the client from one to the next too often; try again later'
const ourBug = 'please report it as a bug of mtproto-upload'
const serverFault = 'the server has a fault; try again later'

/** By normalised name; X stands for the number in it. */
export const ADVICE: Readonly<Record<string, Advice>> = {
  ...LOGIN_ADVICE,
  ...MEDIA_ADVICE,
  // peers
  ALLOW_PAYMENT_REQUIRED_X: change('the user wants X stars for each message; pay, or choose another peer'),
  BUSINESS_CONNECTION_INVALID: change('there is no such business connection; take the id from a fresh update of it'),
  BUSINESS_PEER_INVALID: change('the business connection does not reach this chat; choose one that it covers'),
  BUSINESS_PEER_USAGE_MISSING: change('the business account keeps this chat from the bot; its owner can allow it'),
  CHANNEL_INVALID: change('the channel or its access hash is wrong for this account; look the channel up again'),
  CHANNEL_MONOFORUM_UNSUPPORTED: change("this is a channel's direct messages; name the channel itself"),
  CHANNEL_PRIVATE: change('the account is not a member of this channel or was banned from it; join first'),
  CHAT_ADMIN_REQUIRED: change('this needs admin rights in the chat'),
  CHAT_ID_INVALID: change(
    'no such basic group for this account; of a supergroup or channel give the id with -100 in front, or inputPeerChannel',
  ),
  CHAT_RESTRICTED: change(`this account may not send to the chat; ${admin}`),
  CHAT_WRITE_FORBIDDEN: change(`this account may not write in the chat; ${admin}`),
  FROM_MESSAGE_BOT_DISABLED: change(
    'bots cannot name a user by a message; use the id, after the user wrote to the bot',
  ),
  INPUT_USER_DEACTIVATED: change('the user deleted their account; choose another peer'),
  INVITE_HASH_EMPTY: change('the invite link has nothing behind its +; copy it whole'),
  INVITE_HASH_EXPIRED: change('the invite link is over or used up; ask for a new one'),
  INVITE_HASH_INVALID: change('there is no such invite link; copy it again'),
  MSG_ID_INVALID: change('the message meant does not exist in that chat; check its id and the peer'),
  PEER_ID_INVALID: change(
    "there is no such peer, or its access hash is not one that this login was told; use 'me', an @username or a message",
  ),
  PHONE_NOT_OCCUPIED: change('nobody has this number, or its owner hides it; use an @username'),
  PRIVACY_PREMIUM_REQUIRED: change('the user hears only from contacts and Premium accounts; use such an account'),
  STARREF_EXPIRED: change('the affiliate link is over; leave the referrer out'),
  USERNAME_INVALID: change('that is no possible username; check its spelling'),
  USERNAME_NOT_OCCUPIED: change('nobody has this username; check its spelling'),
  USER_BANNED_IN_CHANNEL: change('this account is limited from posting in groups and channels; ask @SpamBot why'),
  USER_ID_INVALID: change('there is no such user; look the account up again'),
  USER_IS_BLOCKED: change('the user has blocked this account; choose another peer'),
  USER_IS_BOT: change('bots cannot write to bots; choose another peer'),
  USER_PRIVACY_RESTRICTED: change("the user's privacy settings forbid this; ask them, or choose another peer"),
  VOICE_MESSAGES_FORBIDDEN: change('the user accepts no voice or video messages; send it as a plain document'),
  YOU_BLOCKED_USER: change('this account has blocked the user; unblock them first'),
  // requests and connections
  CDN_METHOD_INVALID: never(`this call does not belong on a CDN; ${ourBug}`),
  CONNECTION_API_ID_INVALID: change('the api_id is wrong; check it at https://my.telegram.org'),
  CONNECTION_APP_VERSION_EMPTY: change('the option device.appVersion is empty; give it a text'),
  CONNECTION_DEVICE_MODEL_EMPTY: change('the option device.deviceModel is empty; give it a text'),
  CONNECTION_LAYER_INVALID: never(`the server does not speak our layer; ${ourBug}`),
  CONNECTION_NOT_INITED: never(`the connection was not introduced; ${ourBug}`),
  CONNECTION_SYSTEM_EMPTY: change('the option device.systemVersion is empty; give it a text'),
  DATA_INVALID: change('encrypted data in the request was refused; make it anew'),
  DC_ID_INVALID: change('no such datacenter; check its number'),
  INPUT_FETCH_ERROR: never(`the server could not read the request; ${ourBug}`),
  INPUT_FETCH_FAIL: never(`the server could not parse the request; ${ourBug}`),
  INPUT_LAYER_INVALID: never(`the server does not speak our layer; ${ourBug}`),
  INPUT_METHOD_INVALID: never('the server does not know this method; it may belong to another layer'),
  INPUT_REQUEST_TOO_LONG: never(`the request is longer than its method; ${ourBug}`),
  BOT_METHOD_INVALID: change('bots cannot call this; log in as a person'),
  // keys and sessions
  AUTH_KEY_DUPLICATED: change(
    `two clients used one key at once and the server dropped it; ${loginAgain}, one session for each process`,
  ),
  AUTH_KEY_INVALID: change(`the server refuses this key; ${loginAgain}`),
  AUTH_KEY_PERM_EMPTY: change(
    'the server takes calls under bound temporary keys alone; turn forward secrecy on (--pfs)',
  ),
  AUTH_KEY_UNREGISTERED: change(`no account is logged in with this key; ${loginAgain}`),
  SESSION_EXPIRED: change(`the session expired; ${loginAgain}`),
  SESSION_PASSWORD_NEEDED: change('the account has a second factor; its password is needed'),
  SESSION_REVOKED: change(`the user ended this session; ${loginAgain}`),
  USER_DEACTIVATED: never('the account was deleted; use another'),
  USER_DEACTIVATED_BAN: never('the account was banned; use another, or write to recover@telegram.org'),
  // other datacenters
  FILE_MIGRATE_X: change(`the file lies in datacenter X; ${sentOn}`),
  NETWORK_MIGRATE_X: change(`datacenter X serves this; ${sentOn}`),
  PHONE_MIGRATE_X: change(`datacenter X serves this number; ${sentOn}`),
  USER_MIGRATE_X: change(`the account lives in datacenter X; ${sentOn}`),
  // waits
  FLOOD_WAIT_X: wait('too many requests; wait X s'),
  FLOOD_PREMIUM_WAIT_X: wait('uploads of accounts without Premium are slowed down; wait X s'),
  SLOWMODE_WAIT_X: wait('the chat is in slow mode; wait X s'),
  FROZEN_METHOD_INVALID: never('the account is frozen and may not do this; appeal in an official app'),
  // faults
  AUTH_KEY_UNSYNCHRONIZED: later(serverFault),
  INTERDC_X_CALL_ERROR: later('datacenter X could not be reached from this one; try again later'),
  INTERDC_X_CALL_RICH_ERROR: later('datacenter X could not be reached from this one; try again later'),
  MSG_WAIT_FAILED: change('a request that this one had to follow failed; repeat both'),
  RPC_CALL_FAIL: later(serverFault),
  RPC_MCGET_FAIL: later(serverFault),
  Timeout: later('the server took too long; try again'),
  WORKER_BUSY_TOO_LONG_RETRY: later('the server is too busy; try again later'),
}

/**
 * The row of an error; undefined for one that no method documents. Some come with numbers behind that are in no list:
 * INPUT_METHOD_INVALID_X_0.
 */
export function adviceOf(type: string): Advice | undefined {
  return [type, type.replace(/_X_.*$/, '')].filter((name) => Object.hasOwn(ADVICE, name)).map((name) => ADVICE[name])[0]
}

/** Whether repeating a call helps against an error. A lost login is begun anew by asking for a code, which may be repeated. */
export function repeatOf(type: string, method: string): Repeat | undefined {
  if (method === 'auth.sendCode' && type.startsWith('AUTH_RESTART')) return 'later'
  return adviceOf(type)?.repeat
}
