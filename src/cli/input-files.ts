/**
 * Looks at the files of a command line before anything is sent: what is wrong with one of them is told at once, not after
 * the others went up.
 */
import { stat } from 'node:fs/promises'
import { FileError, UsageError } from '../errors.ts'
import { MAX_PHOTO_SIZE } from '../files/plan.ts'
import type { FileLike } from '../files/source.ts'
import { sourceError } from '../files/source-error.ts'
import { openFile } from '../files/source-file.ts'
import type { Kind } from './kinds.ts'

/** One file, checked. */
export interface InputFile {
  /** As people know it. */
  readonly label: string
  readonly data: FileLike
  /** What it is to become; a look at it decides where nothing is told. */
  readonly as: Kind | undefined
  /** Bytes, if that is known. */
  readonly size: number | undefined
}

/** What people call the file `-`. */
const STANDARD_INPUT = 'standard input'

/** Names of files that are taken for photos. */
const PHOTO_NAME = /\.(jpe?g|png|webp)$/i

/**
 * Checks one file and decides what it is to become.
 * @param path of the file, or `-` for standard input
 * @param as what was asked for
 * @throws FileError when it is missing, unreadable, empty, no file, or too big for the photo it is to be
 * @throws UsageError when standard input is the terminal
 */
export async function inspect(path: string, as: Kind | undefined): Promise<InputFile> {
  if (path === '-') {
    if (process.stdin.isTTY)
      throw new UsageError('standard input (-) is the terminal; have a file or a program feed it')
    return { label: STANDARD_INPUT, data: process.stdin, as, size: undefined }
  }
  const size = await sizeOf(path)
  if (as === 'photo' && size !== undefined && size > MAX_PHOTO_SIZE) {
    const limit = `a photo may have ${MAX_PHOTO_SIZE}`
    throw new FileError('FILE_TOO_BIG', `${path} has ${size} bytes, and ${limit}; send it as a document`)
  }
  const looksLikePhoto = PHOTO_NAME.test(path) && size !== undefined && size <= MAX_PHOTO_SIZE
  return { label: path, data: path, as: as ?? (looksLikePhoto ? 'photo' : undefined), size }
}

/** Files that can be uploaded, and what is wrong with the others. */
export interface Inspection {
  readonly files: readonly InputFile[]
  readonly faults: readonly { readonly label: string; readonly error: unknown }[]
}

/** Checks all files, so that people hear of every bad one at once. See {@link inspect}. */
export async function inspectAll(paths: readonly string[], as: Kind | undefined): Promise<Inspection> {
  const files: InputFile[] = []
  const faults: { readonly label: string; readonly error: unknown }[] = []
  for (const path of paths) {
    try {
      files.push(await inspect(path, as))
    } catch (error) {
      faults.push({ label: path === '-' ? STANDARD_INPUT : path, error })
    }
  }
  return { files, faults }
}

/**
 * The error as it concerns standard input: that has no name, so that messages call it by the one the server is told.
 * @param told names that the server may be told
 */
export function namingStandardInput(error: unknown, told: readonly string[]): unknown {
  if (!(error instanceof FileError)) return error
  for (const start of ['', 'cannot read ']) {
    for (const name of told) {
      const rest = error.message.slice((start + name).length)
      if (!error.message.startsWith(start + name) || !/^:? /.test(rest)) continue
      // Whoever feeds a program need not hear of generators.
      const message = `${start}${STANDARD_INPUT}${rest.replace(/; a stream or generator .*$/, '')}`
      return new FileError(error.code, message, { cause: error })
    }
  }
  return error
}

/** Bytes of a file that can be read; undefined for pipes and devices, which have no size and are not touched. */
async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch((error: unknown) => {
    throw sourceError(path, error)
  })
  if (stats.isFIFO() || stats.isCharacterDevice()) return undefined
  const source = await openFile(path)
  await source.close()
  return source.size
}
