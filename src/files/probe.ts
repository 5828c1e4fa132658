/**
 * What a look at a file tells: the shape that builders of media ask for and that probes answer in.
 *
 * A builder given the option `probe` calls it once, before the file is uploaded, and takes from the answer what its caller did
 * not say. A probe tells what it found and leaves out the rest: nothing is better than a size of 1×1 or a duration of 0 s.
 */
import type { FileLike } from './source.ts'

/** How loud a recording is over its length: numbers from 0 to 31, or the same already packed in 5 bits each. */
export type Waveform = readonly number[] | Uint8Array

/** What a file is to be sent as. */
export type ProbeKind = 'photo' | 'video' | 'animation' | 'audio' | 'voice' | 'videoNote' | 'sticker' | 'document'

/** What a probe is told beside the file. */
export interface ProbeWish {
  /** What the file is to be sent as: nobody needs the waveform of a video. */
  readonly kind: ProbeKind
  /** Name that the file is sent under, if the caller said one. */
  readonly fileName?: string | undefined
  /** Aborted when the upload is. */
  readonly signal?: AbortSignal | undefined
}

/** What was found in a file. Whatever is not known is left out. */
export interface ProbedFile {
  /** What to upload in the file's place. Needed of a file that can be read once, and was: all its bytes from the first on. */
  readonly file?: FileLike | undefined
  readonly mimeType?: string | undefined
  /** Pixels, as it is shown: turned, if it is to be turned. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** Seconds, with their fraction. */
  readonly duration?: number | undefined
  readonly title?: string | undefined
  readonly performer?: string | undefined
  readonly waveform?: Waveform | undefined
  /** Whether a video can be shown before it has come whole. */
  readonly supportsStreaming?: boolean | undefined
  readonly hasSound?: boolean | undefined
  /** A small JPEG of it: sides of at most 320 pixels. */
  readonly thumb?: FileLike | undefined
  /** Why something is left out. */
  readonly problems?: readonly Error[] | undefined
}

/**
 * Looks at a file.
 * @param wish what it is to be sent as; told by the builders
 * @returns what was found; an empty object for a file that nothing is known of
 * @throws FileError when the file cannot be read
 */
export type FileProbe = (file: FileLike, wish?: ProbeWish) => Promise<ProbedFile>
