/**
 * What stands for `open-place.ts` in bundles: there are no paths, and what a URL leads to is had by `fetch` in one word.
 */
import type { Source } from './source.ts'
import { invalid } from './source-error.ts'

/** @throws FileError `FILE_SOURCE_INVALID`, always */
export async function openPlace(_place: string | URL, _options: object): Promise<Source> {
  throw invalid('a path or URL; give a Blob, or await fetch(url)')
}
