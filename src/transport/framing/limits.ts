/**
 * The numbers of the framings, each with its source.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Packets and packets' bodies longer than this, in bytes, are refused before memory is taken for them. */
export const MAX_PACKET = 16_777_216
/** The shortest packet there is, in bytes: a transport error. */
export const MIN_PACKET = 4
/** Length of the header that opens an obfuscated stream. */
export const HEADER_LENGTH = 64
/** Where the encrypted end of the header begins: framing, DC, two random bytes. */
export const TAIL = 56
/** A sound random source fails to give an allowed header once in 2^27 draws; this many failures in a row are no chance. */
export const MAX_DRAWS = 100
/** The first four bytes of a stream in intermediate framing, all alike. */
export const INTERMEDIATE_TAG = 0xee
/** The first four bytes of a stream in padded intermediate framing, all alike. */
export const PADDED_TAG = 0xdd
/** Most bytes of padding that the padded kind appends. */
export const MAX_PADDING = 15
/** auth_key_id and msg_key, in front of the ciphertext. */
export const ENCRYPTED_HEAD = 24
/** auth_key_id (zero), message id and length, in front of a plain body. */
export const PLAIN_HEAD = 20
