/**
 * The numbers of a session: constructor ids it looks for, sizes, limits and times, each with its reason.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 *
 * Source: https://core.telegram.org/mtproto/service_messages, https://core.telegram.org/mtproto/service_messages_about_messages
 */

// Constructors that are told apart before they are read.
export const MSG_CONTAINER = 0x73f1f8dc
export const GZIP_PACKED = 0x3072cfa1
export const RPC_RESULT = 0xf35c6d01
export const RPC_ERROR = 0x2144ca19
export const MSGS_ACK = 0x62d6b459
export const BAD_MSG_NOTIFICATION = 0xa7eff811
export const BAD_SERVER_SALT = 0xedab447b

// The envelope. Source: https://core.telegram.org/mtproto/description#protocol-description

/** auth_key_id and msg_key, in front of the ciphertext. */
export const ENVELOPE_HEAD = 24
/** salt, session_id, msg_id, seqno and length, in front of the body. */
export const PLAIN_HEAD = 32
/** What a writer leaves free in front of the body. */
export const HEADROOM = 56
/** Bodies below this size get some extra blocks of padding, so that their length tells less of what they are. */
export const BLUR_BELOW = 1024

// What arrives. Source: https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages

/** Padding of a message in bytes, at least and at most. */
export const MIN_PADDING = 12
export const MAX_PADDING = 1024
/** A message may be this old, or this far ahead, in milliseconds of the server's time. */
export const MAX_AGE = 300_000
export const MAX_AHEAD = 30_000
/** Most messages in one container; a server sends fewer than the 1020 a client may. */
export const MAX_MESSAGES = 1024
/** Most bytes that what is packed in one packet may unpack to, all together. */
export const MAX_UNPACKED = 0x1000000
/** Most ids that one message about messages may name. */
export const MAX_IDS = 8192

// What leaves.

/**
 * From this size on a call is not put into a container with others, and a container is closed before it grows beyond: half
 * of the 2^15 bytes it may have, so that a call which writes more than it said does no harm. That is also fewer than the
 * 1020 messages it may hold, none being shorter than 20 bytes.
 */
export const SOLO_SIZE = 16384
/** Id and count of a container, in front of its messages. */
export const CONTAINER_HEAD = 8
/** msg_id, seqno and length, in front of each message of a container. */
export const ITEM_HEAD = 16
/** Acknowledgements wait this many milliseconds for a message to travel with. */
export const ACK_DELAY = 250
/** This many acknowledgements do not wait. */
export const ACK_BATCH = 64
/** A server that has this many acknowledgements to come, and takes none, is left. */
export const MAX_OWED = 32768
/** An answer to a service message counts as this many acknowledgements. */
export const SERVICE_COUNTS = 32
/** With this many service messages waiting, the server is not told of cancelled calls any more: it answers, no harm. */
export const MAX_DROPS = 256
/** So many messages sent are remembered: what the server says of others is not believed. */
export const MAX_RECENT = 2000
/** A call is given up after it had to be sent this often. */
export const MAX_SENDINGS = 12
/** A session without a connection for this many milliseconds is not taken up again. */
export const STALE_AFTER = 240_000

/** Flag of a message's status: there is an answer. */
export const ANSWERED = 64

// Codes of `bad_msg_notification` that have an answer of their own.
export const MSG_ID_TOO_LOW = 16
export const MSG_ID_TOO_HIGH = 17
export const SEQNO_TOO_LOW = 32
export const SEQNO_TOO_HIGH = 33
export const WRONG_SALT = 48

/** Silence after which the other side is asked whether it lives: with calls unanswered, and without. Milliseconds. */
export const PING_BUSY = 15_000
export const PING_IDLE = 60_000
/**
 * The server is asked to close the connection after this many seconds without a ping. Long, since on a slow line a ping may
 * stand behind minutes of file parts.
 */
export const DISCONNECT_DELAY = 240
/** A ping may take this long, and longer by what is in front of it at {@link SLOWEST} bytes per millisecond. */
export const PONG_WITHIN = 15_000
export const SLOWEST = 16
/** A call unanswered for this long is asked about; unanswered for {@link GIVE_UP} it fails. */
export const ASK_AFTER = 20_000
/** Calls are looked through for that this often. */
export const LOOK_EVERY = 5_000
export const GIVE_UP = 180_000
/** Salts are asked for when fewer than this many seconds of known ones are left, at most every {@link SALTS_EVERY} ms. */
export const SALTS_AHEAD = 1800
export const SALTS_EVERY = 600_000
export const SALTS_COUNT = 32
/** Questions that nobody answered are forgotten when there are this many. */
export const MAX_QUESTIONS = 64
/** Most future salts that are kept: as many as a client may ask for. */
export const MAX_FUTURE = 64
/** A difference between wall clock and monotonic clock larger than this means that one of them jumped (or slept). */
export const JUMP = 5_000
/** How many ids are remembered; at least 1000, so that a burst of containers does not push out recent ids. */
export const SEEN_IDS = 2000
