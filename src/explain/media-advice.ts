/**
 * What to do about errors of files and of what is made of them; see `rpc-advice.ts`.
 *
 * Sources: https://core.telegram.org/api/files, https://core.telegram.org/method/messages.uploadMedia,
 * https://core.telegram.org/method/messages.sendMedia
 */
import { type Advice, change, later, never } from './advice.ts'

const again = 'upload the file again'
const ourBug = 'please report it as a bug of mtproto-upload'
const fresh = 'fetch the message again for a new file_reference'
const asDocument = 'or send it as a document'
const forbidden = (what: string): Advice => change(`the chat takes no ${what}; ask its admins, or send something else`)

/** By normalised name; X stands for the number in it. */
export const MEDIA_ADVICE: Readonly<Record<string, Advice>> = {
  // parts of files
  FILE_PARTS_INVALID: change(`the number of parts does not fit the file; ${again}`),
  FILE_PART_EMPTY: never(`a part without bytes was sent; ${ourBug}`),
  FILE_PART_INVALID: change('the number of the part is out of range; the file has too many parts for this account'),
  FILE_PART_LENGTH_INVALID: change(`a part has another length than the rest; ${again}`),
  FILE_PART_SIZE_CHANGED: change(`all parts but the last must have one size; ${again}`),
  FILE_PART_SIZE_INVALID: change('the part size must be a multiple of 1 KiB that divides 512 KiB'),
  FILE_PART_TOO_BIG: never(`a part may have 512 KiB at most; ${ourBug}`),
  FILE_PART_TOO_SMALL: change('the parts are too small for a file of this size; choose a larger partSize'),
  FILE_PART_X_MISSING: change(
    'the server lacks this part of the file; send the part again, or the whole file if it is part 0',
  ),
  INPUT_FILE_INVALID: change(`this InputFile cannot be used; ${again}`),
  MD5_CHECKSUM_INVALID: change(`the bytes on the server differ from those read here; ${again}`),
  // files that exist
  FILEREF_UPGRADE_NEEDED: change(`this file_reference is of an older kind; ${fresh}`),
  FILE_ID_INVALID: change('there is no such file for this account; check id and access_hash'),
  FILE_REFERENCE_EMPTY: change(`the file_reference is missing; ${fresh}`),
  FILE_REFERENCE_EXPIRED: change(`the file_reference is too old; ${fresh}`),
  FILE_REFERENCE_INVALID: change(`this is no file_reference of this account; ${fresh}`),
  LIMIT_INVALID: change('limit must be a multiple of 4 KiB that divides 1 MiB'),
  LOCATION_INVALID: change('there is nothing at this location; check its kind and the size that is named'),
  OFFSET_INVALID: change('offset must be a multiple of 4 KiB, or of 1 KiB with precise'),
  // photos and documents
  DOCUMENT_INVALID: change('there is no such document for this account; check id and access_hash'),
  IMAGE_PROCESS_FAILED: change(`the server cannot decode the image; check that it opens, ${asDocument}`),
  MEDIA_EMPTY: change('the media has nothing in it; name a file'),
  MEDIA_INVALID: change(
    'this media cannot be used here; check its type and that the file was uploaded by this account',
  ),
  PHOTO_EXT_INVALID: change('the file name does not end like a photo; name it .jpg or .png'),
  PHOTO_INVALID_DIMENSIONS: change(`width + height may be 10000 at most and the ratio 20; scale it, ${asDocument}`),
  PHOTO_SAVE_FILE_INVALID: later(`the server could not store the photo; try again later, ${asDocument}`),
  TTL_MEDIA_INVALID: change('ttlSeconds must be from 1 to 60, or 2147483647 for once'),
  VIDEO_CONTENT_TYPE_INVALID: change(`the video is of a kind that cannot be played; make it an MP4, ${asDocument}`),
  // addresses
  EXTERNAL_URL_INVALID: change('the URL cannot be used; it takes http:// or https:// and a public host'),
  WEBDOCUMENT_MIME_INVALID: change('the type of what is at the URL is not accepted; give another mimeType'),
  WEBDOCUMENT_URL_EMPTY: change('the URL of the picture is empty; give one, or leave the picture out'),
  WEBDOCUMENT_URL_INVALID: change('the URL of the picture cannot be used; it takes http:// or https://'),
  WEBPAGE_CURL_FAILED: change(
    'the server could not fetch the URL; check that it is public and answers, or upload the file itself',
  ),
  WEBPAGE_MEDIA_EMPTY: change('there is no file at the URL; upload the file itself'),
  WEBPAGE_NOT_FOUND: change('the server has no preview of this page; set optional, or name another page'),
  WEBPAGE_URL_INVALID: change('this is no URL of a page; it takes http:// or https://'),
  // rights
  CHAT_SEND_AUDIOS_FORBIDDEN: forbidden('music'),
  CHAT_SEND_DOCS_FORBIDDEN: forbidden('documents'),
  CHAT_SEND_GIFS_FORBIDDEN: forbidden('animations'),
  CHAT_SEND_MEDIA_FORBIDDEN: forbidden('media'),
  CHAT_SEND_PHOTOS_FORBIDDEN: forbidden('photos'),
  CHAT_SEND_POLL_FORBIDDEN: forbidden('polls'),
  CHAT_SEND_ROUNDVIDEOS_FORBIDDEN: forbidden('video messages'),
  CHAT_SEND_STICKERS_FORBIDDEN: forbidden('stickers'),
  CHAT_SEND_VIDEOS_FORBIDDEN: forbidden('videos'),
  CHAT_SEND_VOICES_FORBIDDEN: forbidden('voice messages'),
  // other kinds
  BOT_ACCESS_FORBIDDEN: change('the business connection does not let the bot write; its owner can allow it'),
  BOT_GAMES_DISABLED: change('games of this bot cannot be sent to channels; choose another chat'),
  BOT_MISSING: change('only a bot may do this; log in with a bot token'),
  BOT_PAYMENTS_DISABLED: change('the bot takes no payments; turn them on with @BotFather'),
  BROADCAST_PUBLIC_VOTERS_FORBIDDEN: change('polls in channels are anonymous; leave publicVoters out'),
  CURRENCY_TOTAL_AMOUNT_INVALID: change('the sum of the prices is out of range for this currency'),
  EMOTICON_INVALID: change('no dice are thrown with this emoji; take one of 🎲 🎯 🏀 ⚽ 🎳 🎰'),
  EXTENDED_MEDIA_AMOUNT_INVALID: change('starsAmount is out of range; ask for fewer stars'),
  EXTENDED_MEDIA_EMPTY: change('paid media need at least one photo or video; add one'),
  EXTENDED_MEDIA_INVALID: change('paid media are photos and videos alone; take the others out'),
  GAME_BOT_INVALID: change('a game can be sent only by the bot that has it'),
  INVOICE_PAYLOAD_INVALID: change('the payload of the invoice must have 1 to 128 bytes'),
  PAYMENT_PROVIDER_INVALID: change('the provider token is wrong; copy it again from @BotFather'),
  POLL_ANSWERS_INVALID: change('a poll takes 2 to 12 answers; give as many'),
  POLL_ANSWER_INVALID: change('an answer of the poll is empty or longer than 100 characters; shorten it'),
  POLL_OPTION_DUPLICATE: change('two answers of the poll have the same option; give each its own'),
  POLL_OPTION_INVALID: change('an option of the poll is empty or too long; give it 1 to 100 bytes'),
  POLL_QUESTION_INVALID: change('the question of the poll is empty or too long; 300 characters are allowed'),
  PREMIUM_ACCOUNT_REQUIRED: change('only accounts with Premium may send this; use such an account'),
  QUIZ_CORRECT_ANSWERS_EMPTY: change('a quiz needs a correct answer; name it in correctAnswers'),
  QUIZ_CORRECT_ANSWERS_TOO_MUCH: change('a quiz has one correct answer; name just that'),
  QUIZ_CORRECT_ANSWER_INVALID: change('the correct answer is none of the answers; name one of their options'),
  QUIZ_MULTIPLE_INVALID: change('a quiz cannot have several answers; leave multipleChoice out'),
  STARS_INVOICE_INVALID: change('an invoice in stars has one price, no provider and no tips; mend it'),
  STORY_ID_INVALID: change('there is no such story; check its number and whose it is'),
  TERMS_URL_INVALID: change('an invoice that recurs needs the URL of its terms; give termsUrl'),
  TODO_ITEMS_EMPTY: change('a list needs at least one item; add one'),
  TODO_ITEM_DUPLICATE: change('two items of the list have the same id; give each its own'),
  USER_BOT_REQUIRED: change('only bots may send this; log in with a bot token'),
}
