/**
 * How much is read of a file, and how long is waited, to find out about it. Files come from strangers: nothing below grows
 * with what a file says of itself.
 */

/** The first look: every signature lies in it, and so do the sizes of most images. */
export const HEAD: number = 4096
/** Most bytes that are read of a file at random: the index of a film of many hours, a cover inside of a song. */
export const READ_AT_MOST: number = 16 * 1024 * 1024
/** Most bytes that are read ahead of a stream; they are kept in memory until they are uploaded. */
export const AHEAD_AT_MOST: number = 4 * 1024 * 1024
/** Bytes that are read on of a stream at a time. */
export const STREAM_STEP: number = 64 * 1024
/** Most parts of an image file (segments of a JPEG, chunks of a PNG or WebP, frames of a GIF) that are looked at. */
export const PARTS_AT_MOST: number = 512
/** Most bytes of a GIF that are read to count its frames. */
export const GIF_AT_MOST: number = 1024 * 1024
/** Most boxes at the top of an MP4 that are stepped over. */
export const BOXES_AT_MOST: number = 4096
/** The largest index of one fragment of a film. */
export const FRAGMENT_AT_MOST: number = 1024 * 1024
/** The largest description of a HEIC or AVIF. */
export const META_AT_MOST: number = 1024 * 1024
/** How often the library may look at a file: some hundred times where all is well. */
export const LOOKS_AT_MOST: number = 50_000
/** Where a duration stands nowhere, a file of up to so many bytes is read whole for it. */
export const SCAN_AT_MOST: number = 1024 * 1024
/** Most bytes of an animated sticker: the limit is 64 kB (https://core.telegram.org/stickers), and unpacked. */
export const TGS_AT_MOST: number = 256 * 1024
export const LOTTIE_AT_MOST: number = 4 * 1024 * 1024

/** Values of a waveform, and the greatest of them: 5 bits. https://core.telegram.org/constructor/documentAttributeAudio */
export const WAVEFORM_VALUES: number = 100
export const WAVEFORM_TOP: number = 31
/** Of an uncompressed recording, so many bytes are heard for each value. */
export const HEARD_PER_VALUE: number = 64 * 1024

/** Longest side of a thumbnail, and its bytes. https://core.telegram.org/bots/api#senddocument */
export const THUMB_SIDE: number = 320
export const THUMB_AT_MOST: number = 200 * 1024
/** Milliseconds that ffmpeg may take, unless told. */
export const FFMPEG_TIME: number = 20_000
/** Most bytes of memory that it may take at once, and most pixels of a picture that it is to decode. */
export const FFMPEG_MEMORY: number = 512 * 1024 * 1024
export const FFMPEG_PIXELS: number = 100_000_000
/** Bytes of a file that are given to it where it cannot open the file itself. */
export const FFMPEG_FEED: number = 8 * 1024 * 1024
/** Characters of its complaints that are repeated. */
export const COMPLAINT: number = 300

/** The greatest number that the schema's `int` holds: no width, height or duration is above it. */
export const MAX_INT: number = 2 ** 31 - 1
