/**
 * What is heard: music and voice messages.
 *
 * A voice message shows how loud it is over its length: numbers of 5 bits, packed one behind the other from the lowest bit of the
 * first byte on.
 * Sources: https://core.telegram.org/constructor/documentAttributeAudio, https://core.telegram.org/api/files#uploading-files
 */
import { checkGiven } from '#check-given'
import { UsageError } from '../../errors.ts'
import { documentRequest } from '../../files/media-document.ts'
import type { MediaFile, MediaRequest } from '../../files/media-types.ts'
import type { Waveform } from '../../files/probe.ts'
import type { inputMediaUploadedDocument } from '../../tl/generated/api-types.ts'
import { type Known, known, type Playing, wholeSeconds } from './facts.ts'

/** What {@link audio} can be told. */
export type AudioOptions = Known<Playing> & {
  readonly title?: string | undefined
  readonly performer?: string | undefined
  /** Picture of its album: a small JPEG, its sides at most 320 pixels. */
  readonly thumb?: MediaFile | undefined
  /** Name that the server is told; the file's own unless told. */
  readonly fileName?: string | undefined
  /** MIME type; told from the file or its name's extension otherwise. */
  readonly mimeType?: string | undefined
}

/** What {@link voice} can be told. It has neither title nor picture. */
export type VoiceOptions = Known<Playing> & {
  /** How loud it is over its length: some 100 numbers from 0 to 31, or the same packed. */
  readonly waveform?: Waveform | undefined
  /** MIME type; told from the file or its name's extension otherwise, `audio/ogg` if that says nothing. */
  readonly mimeType?: string | undefined
  /** Seconds (1 to 60) after which it destroys itself once it was opened; 2147483647: as soon as it was heard. */
  readonly ttlSeconds?: number | undefined
}

/**
 * Music: MP3 and M4A play everywhere.
 *
 * ```ts
 * audio('song.mp3', { duration: 185, title: 'Song', performer: 'Somebody' })
 * ```
 * @throws UsageError when it is uploaded and its duration is known to nobody
 */
export function audio(file: MediaFile, options: AudioOptions): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('audio', file, options, true)
  const { duration, title, performer, ...others } = options
  return documentRequest(
    file,
    'audio',
    others,
    (found) => {
      const facts = known('audio', ['duration'], { duration }, found)
      const names = { title: title ?? found.title, performer: performer ?? found.performer }
      return () => [{ _: 'documentAttributeAudio', duration: wholeSeconds(facts.duration), ...names }]
    },
    { type: 'audio/mpeg' },
  )
}

/**
 * A voice message: Opus in an OGG file plays everywhere.
 *
 * ```ts
 * voice('hello.ogg', { duration: 4, waveform: [0, 5, 12, 31, 20, 3] })
 * ```
 * @throws UsageError when it is uploaded and its duration is known to nobody, or for a waveform of other numbers
 */
export function voice(file: MediaFile, options: VoiceOptions): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('voice', file, options, true)
  const { duration, waveform, ...others } = options
  return documentRequest(
    file,
    'voice',
    others,
    (found) => {
      const facts = known('voice', ['duration'], { duration }, found)
      const levels = waveform ?? found.waveform
      const packed = levels && (levels instanceof Uint8Array ? levels : packWaveform(levels))
      return () => [
        {
          _: 'documentAttributeAudio',
          voice: true,
          duration: wholeSeconds(facts.duration),
          ...(packed && { waveform: packed }),
        },
      ]
    },
    { type: 'audio/ogg', unnamed: true },
  )
}

/** Bits of one number of a waveform, and its largest value. */
const LEVEL_BITS = 5
const MAX_LEVEL = 31

/**
 * Packs a waveform as the server wants it: 5 bits a number.
 * @param levels numbers from 0 to 31
 * @throws UsageError for other numbers
 */
export function packWaveform(levels: readonly number[]): Uint8Array {
  const packed = new Uint8Array(Math.ceil((levels.length * LEVEL_BITS) / 8))
  levels.forEach((level, i) => {
    if (!(Number.isInteger(level) && level >= 0 && level <= MAX_LEVEL))
      throw new UsageError(`a waveform holds whole numbers from 0 to ${MAX_LEVEL}, not ${level}`)
    const at = (i * LEVEL_BITS) >> 3
    const bits = level << ((i * LEVEL_BITS) & 7)
    packed[at]! |= bits & 255
    if (bits > 255) packed[at + 1]! |= bits >> 8
  })
  return packed
}
