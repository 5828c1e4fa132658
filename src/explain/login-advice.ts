/**
 * What to do about errors of logging in; see `rpc-advice.ts`.
 *
 * Sources: https://core.telegram.org/api/auth, https://core.telegram.org/api/qr-login, https://core.telegram.org/api/srp
 */
import { type Advice, change, later, never, wait } from './advice.ts'

const token = 'copy the token anew from @BotFather'
const otherCode = 'have another one sent'
const newQr = 'show a new QR code'
const fromTheStart = 'start the login over'
const recover = 'write to recover@telegram.org'

/** By normalised name. */
export const LOGIN_ADVICE: Readonly<Record<string, Advice>> = {
  ACCESS_TOKEN_EXPIRED: change(`the bot token was revoked; ${token}`),
  ACCESS_TOKEN_INVALID: change(`the bot token is wrong; ${token}`),
  API_ID_INVALID: change('the server does not know this pair; check api_id and api_hash at https://my.telegram.org'),
  API_ID_PUBLISHED_FLOOD: change(
    'this api_id was published and is blocked; get one of your own at https://my.telegram.org',
  ),
  AUTH_BYTES_INVALID: change('the exported authorization is wrong or used up; export it again'),
  AUTH_RESTART: change(`the server has lost this login; ${fromTheStart}`),
  AUTH_RESTART_X: change(`the server has lost this login; ${fromTheStart}`),
  AUTH_TOKEN_ALREADY_ACCEPTED: change(`this QR code was used already; ${newQr}`),
  AUTH_TOKEN_EXCEPTION: change('the QR code is not meant for this account; scan it with another'),
  AUTH_TOKEN_EXPIRED: change(`the QR code is over; ${newQr}`),
  AUTH_TOKEN_INVALID: change(`this is no QR code of a login; ${newQr}`),
  AUTH_TOKEN_INVALIDX: change(`this is no QR code of a login; ${newQr}`),
  EMAIL_INSTALL_MISSING: change('the account needs an e-mail address for its codes; set it up in an official app'),
  ENCRYPTED_MESSAGE_INVALID: change('the temporary key could not be bound; check the clock, then connect again'),
  EXPIRES_AT_INVALID: change('the temporary key is over already; check the clock, then connect again'),
  PASSWORD_HASH_INVALID: change('the password is wrong; mind upper and lower case, and the hint'),
  PHONE_CODE_EMPTY: change('no code was given; give the one that was sent'),
  PHONE_CODE_EXPIRED: change(`the code is no longer good; ${otherCode}`),
  PHONE_CODE_HASH_EMPTY: change(`it was not said which code is meant; ${fromTheStart}`),
  PHONE_CODE_INVALID: change(`the code is wrong; read it again, or ${otherCode}`),
  PHONE_NUMBER_APP_SIGNUP_FORBIDDEN: change('nobody has this number; sign up with an official app first'),
  PHONE_NUMBER_BANNED: never(`this number is banned from Telegram; ${recover}`),
  PHONE_NUMBER_FLOOD: wait('codes were asked for too often; try again in some hours'),
  PHONE_NUMBER_INVALID: change('this is no phone number; give it with the code of its country, as +49 170 1234567'),
  PHONE_NUMBER_UNOCCUPIED: change('nobody has this number; sign up with an official app first'),
  PHONE_PASSWORD_FLOOD: wait('wrong passwords were given too often; try again in some hours'),
  PHONE_PASSWORD_PROTECTED: change('the number is protected by a password; log in with an official app'),
  SEND_CODE_UNAVAILABLE: wait('there is no further way to send a code; use the one that was sent, or try again later'),
  SIGN_IN_FAILED: later('the server could not log the account in; try again later'),
  SMS_CODE_CREATE_FAILED: wait('no code can be sent to this number now; try again later, or log in by QR code'),
  SRP_ID_INVALID: change('the password came too late; ask for it again'),
  SRP_PASSWORD_CHANGED: change('the password was changed just now; give the new one'),
  TEMP_AUTH_KEY_ALREADY_BOUND: change('the temporary key belongs to another key; make a new one'),
  TEMP_AUTH_KEY_EMPTY: change('this is no temporary key; bind one that was made as such'),
  UPDATE_APP_TO_LOGIN: change('this client is too old to log in with; update mtproto-upload'),
}
