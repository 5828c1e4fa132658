/**
 * What a probe is told, and what it finds.
 */
import type { OpenOptions } from '../files/open.ts'
import type { ProbedFile, ProbeWish } from '../files/probe.ts'

/** What can be told about one look at a file. */
export interface ProbeOptions extends Partial<ProbeWish>, Pick<OpenOptions, 'fetch'> {
  /**
   * Whether to make a thumbnail, where there is ffmpeg to make it with: unless told, for what is sent with one (not for photos,
   * voice messages and stickers).
   */
  readonly thumb?: boolean | undefined
  /** Whether to listen to the whole recording for its waveform; unless told, for voice messages only. */
  readonly waveform?: boolean | undefined
  /** The program ffmpeg: its path, or `false` to do without. Unless told, the one that is found by its name, if any. */
  readonly ffmpeg?: string | false | undefined
  /** Milliseconds that ffmpeg may take; 20,000 unless told. */
  readonly ffmpegTime?: number | undefined
}

/** What was found in a file. Whatever is not known is left out. */
export interface FileDescription extends ProbedFile {
  /** Number of bytes. */
  readonly size?: number | undefined
  /** Whether a picture moves: a GIF, PNG or WebP of several frames, an animated sticker. */
  readonly animated?: boolean | undefined
  /** How many frames such a picture has. */
  readonly frames?: number | undefined
  /** Whether a song has a picture of its album in it. */
  readonly hasCover?: boolean | undefined
  /** What could not be found out, and why: a library or program that is missing or failed, damage in the file. */
  readonly problems: readonly Error[]
}

/** What one step of the look adds. */
export type Facts = Partial<Omit<FileDescription, 'problems'>>
