/**
 * `npm run check:package`: packs the package as npm would publish it, and looks at the result from a user's side.
 *
 * - only what belongs there is inside: compiled modules with their declarations, the schemas and the documents; and no module
 *   imports a package that is not installed along with it
 * - publint and "are the types wrong" find no fault with how it resolves
 * - unpacked into an empty project, every entry imports, its types check under both module resolutions of TypeScript, and
 *   the program runs
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ALLOWED =
  /^(?:dist\/.+\.(?:js|d\.ts)|schema\/[\w-]+\.\w+|(?:README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/

/** Entries that only Node and its kin can use: their users have Node's types. All others must do without. */
const NODE_ENTRIES = ['./node', './crypto/native', './lab/fuzz', './lab/server', './lab/simulator', './transport/tcp']

/** The package that a line of code imports, whatever happens; those of Node and of this package have other names. */
const STATIC_IMPORT = /^(?:import|export)\b(?:[\w\s*{},$]*\bfrom)?\s*["']((?:@[\w-]+\/)?[\w-]+)(?:\/[^'"]*)?["'];?$/gm

interface Packed {
  filename: string
  unpackedSize: number
  size: number
  files: { path: string }[]
}
interface Manifest {
  name: string
  exports: Record<string, unknown>
  bin: Record<string, string>
  dependencies: Record<string, string>
}

const bin = (name: string): string => resolve('node_modules/.bin', name)

/** What a command prints; one that fails has its say before this throws. */
function run(command: string, args: string[], cwd = '.'): string {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error) throw error
  if (status === 0) return stdout
  console.error(stdout)
  throw new Error(`${[command, ...args].join(' ')}: exit code ${status}`)
}

/** What is in the package and should not be, or should be and is not. */
function contentProblems(files: readonly string[], manifest: Manifest): string[] {
  const inside = new Set(files)
  const problems = files.filter((path) => !ALLOWED.test(path)).map((path) => `${path} does not belong in the package`)
  for (const path of files.filter((each) => each.endsWith('.js') && !each.startsWith('dist/joined/'))) {
    if (!inside.has(path.replace(/\.js$/, '.d.ts'))) problems.push(`${path} has no declarations`)
  }
  const known = [...Object.keys(manifest.dependencies), manifest.name]
  for (const path of files.filter((each) => each.endsWith('.js'))) {
    for (const [, name] of readFileSync(path, 'utf8').matchAll(STATIC_IMPORT)) {
      if (!known.includes(name!)) problems.push(`${path} imports ${name}, which nobody has installed`)
    }
  }
  const targets = JSON.stringify([manifest.exports, manifest.bin]).match(/(?<=")(?:\.\/)?dist\/[^"]+/g) ?? []
  for (const target of new Set(targets.map((each) => each.replace(/^\.\//, '')))) {
    if (!inside.has(target)) problems.push(`package.json names ${target}, which is not in the package`)
  }
  return problems
}

/** Uses the unpacked package as its user would. */
function tryOut(folder: string, tarball: string, manifest: Manifest): void {
  const home = join(folder, 'node_modules', manifest.name)
  mkdirSync(home, { recursive: true })
  run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'])
  for (const dependency of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    mkdirSync(join(folder, 'node_modules', dependency, '..'), { recursive: true })
    symlinkSync(resolve('node_modules', dependency), join(folder, 'node_modules', dependency))
  }
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
  const importing = (some: readonly string[]): string =>
    some.map((entry, i) => `export * as e${i} from '${entry.replace('.', manifest.name)}'\n`).join('')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'anywhere.ts'), importing(entries.filter((entry) => !NODE_ENTRIES.includes(entry))))
  writeFileSync(join(folder, 'node.ts'), importing(entries))
  for (const [module, resolution] of [['nodenext', 'nodenext'] as const, ['esnext', 'bundler'] as const]) {
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', module, '--moduleResolution', resolution]
    run(bin('tsc'), [...options, 'anywhere.ts'], folder)
    run(bin('tsc'), [...options, '--types', 'node', 'node.ts'], folder)
  }
  run(process.execPath, ['--input-type=module', '--eval', importing(entries)], folder)
  for (const [name, program] of Object.entries(manifest.bin)) {
    const path = join(home, program)
    if (!readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node\n'))
      throw new Error(`${name} has no interpreter line`)
    if ((statSync(resolve(program)).mode & 0o111) === 0) throw new Error(`${program} is not executable`)
    console.log(run(process.execPath, [path, '--version'], folder).trim())
  }
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-package-'))
try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder])) as Packed[]
  if (!packed) throw new Error('npm pack made nothing')
  const tarball = join(folder, packed.filename)
  if (!existsSync(tarball)) throw new Error(`npm pack did not write ${packed.filename}`)
  const problems = contentProblems(
    packed.files.map(({ path }) => path),
    manifest,
  )
  for (const problem of problems) console.error(`check:package: ${problem}`)
  if (problems.length > 0) process.exitCode = 1
  run(bin('publint'), ['run', tarball, '--strict'])
  run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])
  tryOut(folder, tarball, manifest)
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`
  console.log(
    `${packed.files.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked.`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
