/**
 * What a probe takes from the runtime it runs in: files by path, and the program ffmpeg. Chosen by the package's `imports`
 * map (`#probe-tools`): `node.ts` under Node and its kin, `web.ts` everywhere else, which has neither.
 */
import type { OpenOptions } from '../../files/open.ts'

/** One call of the program. */
export interface FfmpegCall {
  /** Its name or path. */
  readonly program: string
  /** What it is to read: a file by its absolute path, or bytes that it is given. */
  readonly input: string | Uint8Array
  /** Options for reading, and what is to be done. */
  readonly reading: readonly string[]
  readonly doing: readonly string[]
  /** Milliseconds that it may take. */
  readonly time: number
  readonly signal: AbortSignal | undefined
}

/** What probes use of a runtime. */
export interface ProbeTools {
  /** Opens files by path; absent where there are none. */
  readonly openPath?: NonNullable<OpenOptions['openPath']>
  /**
   * What the program prints, piece by piece; absent where there are no programs. Nothing stays behind when the pieces are
   * not wanted any more.
   * @throws FfmpegMissing if there is no such program; an Error with its complaints if it fails
   */
  readonly ffmpeg?: (call: FfmpegCall) => AsyncGenerator<Uint8Array, void, undefined>
}

/** There is no such program here: nothing to complain of. */
export class FfmpegMissing extends Error {
  override readonly name: string = 'FfmpegMissing'
}
