/** Known-answer vectors: JSON files in the folder `MTPROTO_VECTORS`, `test/vectors` unless told. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env.MTPROTO_VECTORS ?? 'test/vectors'

/** The content of one file of vectors. */
export function vectorFile<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T
}
