/**
 * What to do about an error of the API: one clause for each error that the calls of this package document.
 *
 * Keys are normalised names (`FLOOD_WAIT_X`); the clauses are ours. Kept terse: it is one of the larger tables of the program.
 * Sources: https://core.telegram.org/method/messages.uploadMedia, https://core.telegram.org/api/files#uploading-files,
 * https://core.telegram.org/method/auth.importBotAuthorization, https://core.telegram.org/api/errors
 */
const again = 'upload the file again'
const admin = 'ask an admin of the chat for the right to post there'
const loginAgain = 'log in again'
const ourBug = 'please report it as a bug of mtproto-upload'
const token = 'copy the token anew from @BotFather'
const apiId = 'check api_id and api_hash at https://my.telegram.org'

/** By normalised name; X stands for the number in it. */
export const ADVICE: Readonly<Record<string, string>> = {
  // messages.uploadMedia: the peer
  BOT_MISSING: 'only a bot may do this; log in with a bot token',
  CHANNEL_INVALID: 'the channel or its access hash is wrong for this account; look the channel up again',
  CHANNEL_PRIVATE: 'the account is not a member of this channel or was banned from it; join first',
  CHAT_ADMIN_REQUIRED: 'this needs admin rights in the chat',
  CHAT_ID_INVALID: 'no such group for this account; supergroups and channels need inputPeerChannel',
  CHAT_RESTRICTED: `this account may not send to the chat; ${admin}`,
  CHAT_WRITE_FORBIDDEN: `this account may not write in the chat; ${admin}`,
  INPUT_USER_DEACTIVATED: 'the user deleted their account; choose another peer',
  MSG_ID_INVALID: 'the message meant does not exist in that chat; check its id and the peer',
  PEER_ID_INVALID:
    "the peer does not exist or this session has not met it; use 'me', an @username or a fresh InputPeer",
  USER_BANNED_IN_CHANNEL: 'this account is limited from posting in groups and channels; ask @SpamBot why',
  VOICE_MESSAGES_FORBIDDEN: 'the user accepts no voice or video messages; send it as a plain document',
  USERNAME_INVALID: 'that is no possible username; check its spelling',
  USERNAME_NOT_OCCUPIED: 'nobody has this username; check its spelling',
  // messages.uploadMedia: the media
  FILE_PARTS_INVALID: `the number of parts does not fit the file; ${again}`,
  FILE_PART_X_MISSING: 'the server lacks this part of the file; send the part again, or the whole file if it is part 0',
  FILE_PART_LENGTH_INVALID: `a part has another length than the rest; ${again}`,
  IMAGE_PROCESS_FAILED: 'the server cannot decode the image; check that it opens, or send it as a document',
  INPUT_FETCH_FAIL: `the server could not parse the request; ${ourBug}`,
  MD5_CHECKSUM_INVALID: `the bytes on the server differ from those read here; ${again}`,
  MEDIA_INVALID: 'this media cannot be used here; check its type and that the file was uploaded by this account',
  PHOTO_EXT_INVALID: 'the file name does not end like a photo; name it .jpg or .png',
  PHOTO_INVALID_DIMENSIONS: 'width + height may be 10000 at most and the ratio 20; scale it, or send it as a document',
  PHOTO_SAVE_FILE_INVALID: 'the server could not store the photo; try again later, or send it as a document',
  WEBPAGE_CURL_FAILED:
    'the server could not fetch the URL; check that it is public and answers, or upload the file itself',
  // upload.*
  FILE_PART_EMPTY: `a part without bytes was sent; ${ourBug}`,
  FILE_PART_INVALID: 'the number of the part is out of range; the file has too many parts for this account',
  FILE_PART_TOO_BIG: `a part may have 512 KiB at most; ${ourBug}`,
  FILE_PART_TOO_SMALL: 'the parts are too small for a file of this size; choose a larger partSize',
  FILE_PART_SIZE_INVALID: 'the part size must be a multiple of 1 KiB that divides 512 KiB',
  FILE_PART_SIZE_CHANGED: `all parts but the last must have one size; ${again}`,
  // login, keys, connection
  ACCESS_TOKEN_EXPIRED: `the bot token was revoked; ${token}`,
  ACCESS_TOKEN_INVALID: `the bot token is wrong; ${token}`,
  API_ID_INVALID: `the server does not know this pair; ${apiId}`,
  API_ID_PUBLISHED_FLOOD: 'this api_id was published and is blocked; get one of your own at https://my.telegram.org',
  AUTH_BYTES_INVALID: 'the exported authorization is wrong or used up; export it again',
  AUTH_KEY_DUPLICATED: `two clients used one key at once and the server dropped it; ${loginAgain}, one session for each process`,
  AUTH_KEY_INVALID: `the server refuses this key; ${loginAgain}`,
  AUTH_KEY_PERM_EMPTY: 'the server takes calls under bound temporary keys alone; turn forward secrecy on (--pfs)',
  AUTH_KEY_UNREGISTERED: `no account is logged in with this key; ${loginAgain}`,
  CONNECTION_API_ID_INVALID: apiId,
  CONNECTION_LAYER_INVALID: `the server does not speak our layer; ${ourBug}`,
  CONNECTION_NOT_INITED: `the connection was not introduced; ${ourBug}`,
  DC_ID_INVALID: 'no such datacenter; check its number',
  ENCRYPTED_MESSAGE_INVALID: 'the temporary key could not be bound; check the clock, then connect again',
  PASSWORD_HASH_INVALID: 'the password is wrong; mind upper and lower case, and the hint',
  PHONE_CODE_EMPTY: 'no code was given; give the one that was sent',
  PHONE_CODE_EXPIRED: 'the code is no longer good; have another one sent',
  PHONE_CODE_INVALID: 'the code is wrong; read it again, or have another one sent',
  PHONE_NUMBER_BANNED: 'this number is banned from Telegram; write to recover@telegram.org',
  PHONE_NUMBER_FLOOD: 'codes were asked for too often; try again in some hours',
  PHONE_NUMBER_INVALID: 'this is no phone number; give it with the code of its country, as +49 170 1234567',
  SEND_CODE_UNAVAILABLE: 'there is no further way to send a code; use the one that was sent, or try again later',
  SESSION_EXPIRED: `the session expired; ${loginAgain}`,
  SESSION_PASSWORD_NEEDED: 'the account has a second factor; its password is needed',
  SESSION_REVOKED: `the user ended this session; ${loginAgain}`,
  USER_DEACTIVATED: 'the account was deleted; use another',
  USER_DEACTIVATED_BAN: 'the account was banned; use another, or write to recover@telegram.org',
  // waits and faults
  FLOOD_WAIT_X: 'too many requests; wait X s',
  FLOOD_PREMIUM_WAIT_X: 'uploads of accounts without Premium are slowed down; wait X s',
  SLOWMODE_WAIT_X: 'the chat is in slow mode; wait X s',
  MSG_WAIT_FAILED: 'a request that this one had to follow failed; repeat both',
  Timeout: 'the server took too long; try again',
}
