/**
 * How the test DC comes to answer with each error: what has to be the case in its world, by method and type.
 *
 * A test of the same name arranges it and sees the error at the client (`test/errors`); docs/errors.md tells of it. What is not
 * here is not produced from a cause: a test can have any error by `faults.onRequest`.
 */

/** By type. */
export type Causes = Readonly<Record<string, string>>

/** Errors that any method can be answered with. */
export const COMMON_CAUSES: Causes = {
  AUTH_KEY_PERM_EMPTY: 'the server demands forward secrecy (`requireForwardSecrecy`), and the client goes without',
  AUTH_KEY_UNREGISTERED: 'nobody is logged in under the key any more (`keysOf(…)`, `userId = undefined`)',
  BOT_METHOD_INVALID: 'a bot calls what is for people, as `contacts.resolvePhone`',
  CONNECTION_APP_VERSION_EMPTY: '`device.appVersion` is empty',
  CONNECTION_DEVICE_MODEL_EMPTY: '`device.deviceModel` is empty',
  CONNECTION_LAYER_INVALID: '`invokeWithLayer` names a layer that is older than any that the server knows',
  CONNECTION_SYSTEM_EMPTY: '`device.systemVersion` is empty',
  FLOOD_PREMIUM_WAIT_X: 'an account without Premium sends parts faster than `world.floods.limits` allow',
  FLOOD_WAIT_X: 'a method is called more often than `world.floods.limits` allow',
  INPUT_FETCH_FAIL: 'the request breaks off',
  INPUT_REQUEST_TOO_LONG: 'bytes follow the request',
  MSG_WAIT_FAILED: '`invokeAfterMsg` names a message that never comes',
  SESSION_PASSWORD_NEEDED: 'the account has a password (`world.logins.setPassword`)',
  SESSION_REVOKED: 'the login was ended from elsewhere (`server.revoke`)',
  USER_DEACTIVATED: 'the account is deleted while it is logged in (`user.deactivated`)',
}

/** Errors that clients follow or mend by themselves, so that they are seen in events, not by who called. */
export const FOLLOWED: Causes = {
  FILE_MIGRATE_X: 'the file lies on another DC (`upload.getFile`)',
  PHONE_MIGRATE_X: 'the number belongs to an account of another DC (`user.homeDc`)',
  USER_MIGRATE_X: 'the account lives on another DC (`user.homeDc`)',
}

const hash = {
  PHONE_CODE_EXPIRED: 'the code is used up, too old, or was never sent',
  PHONE_NUMBER_INVALID: 'the number has too few digits',
}
const app = {
  API_ID_INVALID: '`apiId` or `apiHash` is empty',
  API_ID_PUBLISHED_FLOOD: 'the id is one of `world.publishedApiIds`',
}
const reference = {
  FILE_REFERENCE_EMPTY: 'the `file_reference` has no bytes',
  FILE_REFERENCE_EXPIRED: 'the `file_reference` was good once (`world.media.expireReferences`)',
  FILE_REFERENCE_INVALID: 'the `file_reference` is none',
}
const forbids = (right: string): string => `the chat's \`forbidden\` holds \`${right}\``

/** By method. */
export const CAUSES: Readonly<Record<string, Causes>> = {
  'auth.acceptLoginToken': {
    AUTH_TOKEN_ALREADY_ACCEPTED: 'the QR code was scanned before',
    AUTH_TOKEN_EXCEPTION: 'the QR code was made for other accounts than this one',
    AUTH_TOKEN_EXPIRED: 'the QR code is too old, or nobody showed it',
    AUTH_TOKEN_INVALIDX: 'the token has another length than tokens have',
  },
  'auth.bindTempAuthKey': { TEMP_AUTH_KEY_EMPTY: 'the call travels under a permanent key' },
  'auth.cancelCode': hash,
  'auth.checkPassword': {
    PASSWORD_HASH_INVALID: 'the password is wrong',
    SRP_ID_INVALID: 'the challenge is used up, or was never made',
    SRP_PASSWORD_CHANGED: 'the password was changed after the challenge was made',
  },
  'auth.exportAuthorization': { DC_ID_INVALID: 'the DC is not part of the cluster' },
  'auth.exportLoginToken': app,
  'auth.importAuthorization': {
    AUTH_BYTES_INVALID: 'the bytes were made for another account or DC, were used, or were never made',
    USER_ID_INVALID: 'there is no such account',
  },
  'auth.importBotAuthorization': {
    ACCESS_TOKEN_EXPIRED: 'the token is one of `world.expiredTokens`',
    ACCESS_TOKEN_INVALID: 'the token is malformed, or its number is that of a person',
    ...app,
  },
  'auth.importLoginToken': {
    AUTH_TOKEN_ALREADY_ACCEPTED: 'somebody has logged in with this QR code already',
    AUTH_TOKEN_EXPIRED: 'the QR code is too old, or nobody has scanned it',
    AUTH_TOKEN_INVALID: 'the token has another length than tokens have',
  },
  'auth.resendCode': {
    ...hash,
    EMAIL_INSTALL_MISSING: 'codes of this number go by e-mail, and no address is set up (`world.logins.deliveries`)',
    PHONE_CODE_HASH_EMPTY: 'the hash is empty',
    SEND_CODE_UNAVAILABLE: 'all ways to send a code were used (`world.logins.deliveries`)',
  },
  'auth.sendCode': {
    ...app,
    PHONE_NUMBER_APP_SIGNUP_FORBIDDEN: 'nobody has the number, and `world.logins.signUpForbidden` is set',
    PHONE_NUMBER_BANNED: 'the number is one of `world.logins.bannedPhones`',
    PHONE_NUMBER_FLOOD: 'more codes were asked for than `world.logins.mostCodes`',
    PHONE_NUMBER_INVALID: hash.PHONE_NUMBER_INVALID,
    PHONE_PASSWORD_FLOOD: 'a wrong password was given as often as `world.logins.mostPasswords`',
    SMS_CODE_CREATE_FAILED: 'there is no way to send a code to this number (`world.logins.deliveries`)',
    UPDATE_APP_TO_LOGIN: 'the client speaks an older layer than `world.oldestLoginLayer`',
  },
  'auth.signIn': {
    ...hash,
    AUTH_RESTART: 'the server has forgotten the logins under way (`world.logins.restart`)',
    PHONE_CODE_EMPTY: 'the code is empty',
    PHONE_CODE_INVALID: 'the code is another',
    UPDATE_APP_TO_LOGIN: 'the client speaks an older layer than `world.oldestLoginLayer`',
  },
  'channels.getChannels': {
    CHANNEL_INVALID: 'there is no such channel, or its access hash is another',
    CHANNEL_PRIVATE: 'the account is no member, and the channel has no username',
  },
  'contacts.resolvePhone': { PHONE_NOT_OCCUPIED: 'nobody has the number, or shows it (`user.hidesPhone`)' },
  'contacts.resolveUsername': {
    USERNAME_INVALID: 'no username looks so',
    USERNAME_NOT_OCCUPIED: 'nobody in the world has it',
  },
  'messages.checkChatInvite': {
    INVITE_HASH_EMPTY: 'the hash is empty',
    INVITE_HASH_EXPIRED: 'no chat has this link (`chat.invite`)',
    INVITE_HASH_INVALID: 'no link looks so',
  },
  'messages.getChats': { CHAT_ID_INVALID: 'there is no such basic group' },
  'messages.uploadMedia': {
    ...reference,
    AUTH_KEY_DUPLICATED: 'connections from two addresses are open under one key (`behaviour.oneAddress`)',
    ALLOW_PAYMENT_REQUIRED_X: 'the user wants stars for each message (`user.price`)',
    BOT_ACCESS_FORBIDDEN: 'the business connection may not write (`mayReply`)',
    BOT_MISSING: 'a person names a business connection',
    BROADCAST_PUBLIC_VOTERS_FORBIDDEN: 'a poll for a channel shows who voted',
    BUSINESS_CONNECTION_INVALID: 'the id is none of `world.businessConnections`, or the connection is `disabled`',
    BUSINESS_PEER_INVALID: "the peer is none of the connection's `peers`, or a group",
    BUSINESS_PEER_USAGE_MISSING: "the peer is none of the connection's `active`",
    CHANNEL_INVALID: 'there is no such channel, or its access hash is another',
    CHANNEL_PRIVATE: 'the account is no member, and the channel has no username',
    CHAT_ADMIN_REQUIRED: 'the account reads the channel and does not run it',
    CHAT_ID_INVALID: 'there is no such basic group',
    CHAT_RESTRICTED: "the account is one of the chat's `muted`, or the chat is `restricted`",
    CHAT_SEND_AUDIOS_FORBIDDEN: forbids('audios'),
    CHAT_SEND_DOCS_FORBIDDEN: forbids('documents'),
    CHAT_SEND_GIFS_FORBIDDEN: forbids('gifs'),
    CHAT_SEND_MEDIA_FORBIDDEN: forbids('media'),
    CHAT_SEND_PHOTOS_FORBIDDEN: forbids('photos'),
    CHAT_SEND_POLL_FORBIDDEN: forbids('polls'),
    CHAT_SEND_ROUNDVIDEOS_FORBIDDEN: forbids('roundVideos'),
    CHAT_SEND_STICKERS_FORBIDDEN: forbids('stickers'),
    CHAT_SEND_VIDEOS_FORBIDDEN: forbids('videos'),
    CHAT_SEND_VOICES_FORBIDDEN: forbids('voices'),
    CHAT_WRITE_FORBIDDEN: 'only admins may write in the chat (`mediaForbidden`)',
    CURRENCY_TOTAL_AMOUNT_INVALID: 'the prices of the invoice add up to nothing',
    EMOTICON_INVALID: 'no dice are thrown with this emoji',
    EXTENDED_MEDIA_AMOUNT_INVALID: 'the media cost no stars, or too many',
    EXTENDED_MEDIA_EMPTY: 'nothing is sold',
    EXTENDED_MEDIA_INVALID: 'something else than photos and videos is sold',
    EXTERNAL_URL_INVALID: 'the address is none of HTTP',
    FILE_PARTS_INVALID: 'another number of parts is named than was sent, or more than an account may send',
    FILE_PART_LENGTH_INVALID: 'the parts have sizes that make no file',
    FILE_PART_X_MISSING: 'a part was not sent, or was lost (`world.uploads.lose`)',
    GAME_BOT_INVALID: 'the game is none of `world.games`, or that of another bot',
    IMAGE_PROCESS_FAILED: 'the bytes are no image, or one that is cut short',
    INPUT_FETCH_FAIL: 'the request breaks off',
    INPUT_USER_DEACTIVATED: 'the user has deleted the account (`user.deactivated`)',
    INVOICE_PAYLOAD_INVALID: 'the payload is empty or too long',
    MD5_CHECKSUM_INVALID: 'the checksum is that of other bytes',
    MEDIA_INVALID: 'the media is empty, or names a photo or document that there is not',
    MSG_ID_INVALID: "a peer is named by a message that is none of the chat's `messages`",
    PAYMENT_PROVIDER_INVALID: 'the token of the provider is malformed',
    PEER_ID_INVALID: 'there is no such user, the access hash is another, or a person names nobody',
    PHOTO_EXT_INVALID: 'the name of the photo ends otherwise',
    PHOTO_INVALID_DIMENSIONS: 'width and height are above 10000 together, or one is more than 20 times the other',
    PHOTO_SAVE_FILE_INVALID: 'the photo has more than 10 MiB',
    POLL_ANSWERS_INVALID: 'there are fewer than 2 answers or more than 12',
    POLL_ANSWER_INVALID: 'an answer is empty or too long',
    POLL_OPTION_DUPLICATE: 'two answers have the same option',
    POLL_OPTION_INVALID: 'an option is empty or too long',
    POLL_QUESTION_INVALID: 'the question is empty or too long',
    PRIVACY_PREMIUM_REQUIRED: 'the user hears from accounts with Premium alone (`user.premiumOnly`)',
    QUIZ_CORRECT_ANSWERS_EMPTY: 'no answer is correct',
    QUIZ_CORRECT_ANSWERS_TOO_MUCH: 'several answers are correct',
    QUIZ_CORRECT_ANSWER_INVALID: 'the correct answer is none of the answers',
    QUIZ_MULTIPLE_INVALID: 'it is a quiz with multiple choice',
    STARS_INVOICE_INVALID: 'an invoice in stars has several prices, a provider, or tips',
    STORY_ID_INVALID: 'the story is none of `world.stories`, or is over',
    TERMS_URL_INVALID: 'an invoice recurs, and its terms have no URL',
    TODO_ITEMS_EMPTY: 'the list is empty',
    TODO_ITEM_DUPLICATE: 'two items have the same id',
    TTL_MEDIA_INVALID: '`ttlSeconds` is out of range',
    Timeout: 'the file at the address takes longer than `behaviour.fetchTimeout` (`world.webFiles`, `delay`)',
    USER_BANNED_IN_CHANNEL: "the account is one of the chat's `banned`, or `limited` by the service",
    USER_BOT_REQUIRED: 'a person sends an invoice or a game',
    USER_IS_BLOCKED: 'the user has blocked the account (`user.blocks`)',
    USER_IS_BOT: 'a bot writes to a bot',
    VOICE_MESSAGES_FORBIDDEN: 'the user takes no voice messages (`user.refusesVoice`)',
    WEBDOCUMENT_MIME_INVALID: 'the picture of an invoice is none by its type',
    WEBDOCUMENT_URL_EMPTY: 'the picture of an invoice has an empty URL',
    WEBDOCUMENT_URL_INVALID: 'the picture of an invoice has a URL that is none of HTTP',
    WEBPAGE_CURL_FAILED: 'nothing is at the address, or it answers with another status than 200 (`world.webFiles`)',
    WEBPAGE_MEDIA_EMPTY: 'the file at the address has no bytes',
    WEBPAGE_NOT_FOUND: 'nothing is at the address, and the preview is not `optional`',
    WEBPAGE_URL_INVALID: 'the address is none of HTTP',
    YOU_BLOCKED_USER: 'the account has blocked the user (`user.blocks`)',
  },
  'upload.getFile': {
    ...reference,
    FILE_ID_INVALID: 'there is no such file',
    LIMIT_INVALID: '`limit` is no multiple of 4 KiB, does not divide 1 MiB, or crosses a border of 1 MiB',
    LOCATION_INVALID: 'the file has no such size, or the place is of another kind than photos and documents',
    OFFSET_INVALID: '`offset` is no multiple of 4 KiB',
  },
  'upload.saveBigFilePart': {
    FILE_PARTS_INVALID: 'the number of parts changes, or is more than an account may send',
    FILE_PART_EMPTY: 'the part has no bytes',
    FILE_PART_INVALID: 'the number of the part is not below that of all parts',
    FILE_PART_SIZE_CHANGED: 'the part has another size than those before',
    FILE_PART_SIZE_INVALID: 'the size is no multiple of 1 KiB or does not divide 512 KiB',
    FILE_PART_TOO_BIG: 'the part has more than 512 KiB',
    FILE_PART_TOO_SMALL: 'a part other than the last has less than 1 KiB',
  },
  'upload.saveFilePart': {
    FILE_PART_EMPTY: 'the part has no bytes',
    FILE_PART_INVALID: 'the number of the part is out of range',
  },
  'users.getUsers': {
    CHANNEL_INVALID: 'a user is named by a message of a channel that there is not',
    CHANNEL_PRIVATE: 'a user is named by a message of a channel that the account is not in',
    FROM_MESSAGE_BOT_DISABLED: 'a bot names a user by a message',
    MSG_ID_INVALID: 'a user is named by a message that is not there, or is of somebody else',
    USER_BANNED_IN_CHANNEL: 'a user is named by a message of a chat that has banned the account',
  },
}
