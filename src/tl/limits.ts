/**
 * The numbers of the TL language: ids of what is built in, and limits.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Constructor id of a boxed `Vector t`. */
export const VECTOR_ID = 0x1cb5c415
/** Constructor id of `boolTrue`. */
export const BOOL_TRUE_ID = 0x997275b5
/** Constructor id of `boolFalse`. */
export const BOOL_FALSE_ID = 0xbc799737
/** Values nested deeper than this are refused: rich text and page blocks recurse, and a hostile server could exhaust the stack. */
export const MAX_DEPTH = 64
/** Longest string a TL length field can express. */
export const MAX_BYTES = 0xffffff
/** Strings up to this length are tried as ASCII first. */
export const SHORT = 64
