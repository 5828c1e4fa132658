/**
 * Type-checks and runs generated code in a folder of its own, as a user of the package would.
 *
 * There `mtproto-upload/tl` is this repository's source, so that no build is needed.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TL = join(ROOT, 'src/tl/index.ts')

export interface Folder {
  path: string
  /** Writes a file. */
  write(name: string, text: string): void
  /** Runs the type checker over everything; its complaints, or the empty string. */
  typeErrors(): string
  /** Bundles a file with what it imports and loads it. */
  load(name: string): Promise<Record<string, unknown>>
  remove(): void
}

/** An empty folder in the system's place for temporary files. */
export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'codegen-'))
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text)
  write('package.json', JSON.stringify({ type: 'module' }))
  const compilerOptions = {
    noEmit: true,
    rootDir: '/',
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: { 'mtproto-upload/tl': [TL] },
  }
  write(
    'tsconfig.json',
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'] }),
  )
  return {
    path,
    write,
    typeErrors() {
      try {
        const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
        execFileSync(process.execPath, [tsc, '-p', path], { encoding: 'utf8', stdio: 'pipe' })
        return ''
      } catch (error) {
        return (error as { stdout: string }).stdout
      }
    },
    async load(name) {
      const outfile = join(path, `${name}.bundle.js`)
      await build({
        entryPoints: [join(path, name)],
        outfile,
        bundle: true,
        format: 'esm',
        platform: 'node',
        conditions: ['source-node'],
        alias: { 'mtproto-upload/tl': TL },
        logLevel: 'silent',
      })
      return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Record<string, unknown>
    },
    remove: () => rmSync(path, { recursive: true }),
  }
}
