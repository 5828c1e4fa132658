/** The entries of the package and the sources behind them, for tests of code that imports it by its name. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** `mtproto-upload/tl` → the absolute path of src/tl/index.ts. */
export const packageEntries: readonly (readonly [name: string, source: string])[] = Object.entries(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, { default?: string }> }).exports,
)
  .filter(([, target]) => target.default?.endsWith('.js'))
  .map(([name, target]) => [
    name.replace('.', 'mtproto-upload'),
    resolve(target.default!.replace('./dist/', 'src/').replace(/js$/, 'ts')),
  ])
