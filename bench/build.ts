/**
 * Turns the programs of the benchmark into JavaScript, so that their start is not that of a compiler.
 *
 * What they import of this project is what the package gives to Node: of `src/index.ts` they get `dist/joined/index.js`. What
 * they import of other packages stays as it is.
 */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const HERE = dirname(fileURLToPath(import.meta.url))
const TOP = dirname(HERE)
/** Where the programs are put. */
export const BUILT: string = join(HERE, 'dist')

/** Names that begin with this are built to load the package module by module, so that a profile can tell its folders. */
export const APART = 'apart/'

const published = (folders: readonly string[]): Plugin => ({
  name: 'published',
  setup(builder) {
    builder.onResolve({ filter: /\/src\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const module = relative(join(TOP, 'src'), resolve(resolveDir, path)).replace(/\.ts$/, '.js')
      const file = folders.map((folder) => join(TOP, folder, module)).find((each) => existsSync(each))
      if (file === undefined) throw new Error(`dist/ has no ${module}: run npm run build`)
      return { path: file, external: true }
    })
  },
})

/** Builds the programs named, `floor` and `clients/ours`; they lie in {@link BUILT} under the same names, as `.js`. */
export async function buildPrograms(names: readonly string[]): Promise<void> {
  const apart = names.filter((name) => name.startsWith(APART))
  await buildWith(
    names.filter((name) => !apart.includes(name)),
    BUILT,
    ['dist/joined', 'dist'],
  )
  await buildWith(
    apart.map((name) => name.slice(APART.length)),
    join(BUILT, APART),
    ['dist'],
  )
}

async function buildWith(names: readonly string[], outdir: string, folders: readonly string[]): Promise<void> {
  if (names.length === 0) return
  await build({
    entryPoints: names.map((name) => join(HERE, `${name}.ts`)),
    outbase: HERE,
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [published(folders)],
    logLevel: 'warning',
  })
}
