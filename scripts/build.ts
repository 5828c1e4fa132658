/**
 * `npm run build`: compiles src/ to dist/.
 *
 * 1. One JavaScript file and one declaration file per module, for bundlers and for readers. The compiler rewrites `./x.ts`
 *    to `./x.js` in JavaScript only; the declarations are put right here, so that they also serve tools that do not map a
 *    `.ts` import to a `.d.ts` file.
 * 2. `dist/joined/`: the same code in a few files, for Node and its kin (the condition `node` in package.json). Loading a
 *    module costs Node more than running it: joined, the import takes a third of the time. The entries share their
 *    common parts, so a class is the same class whichever entry it comes from. What the main entry reaches is one file, which
 *    every other entry loads as well: cut up by who needs which part, it would be dozens.
 * 3. `uqr`, which draws QR codes for the program, is written into the one module that uses it, with its licence: who installs
 *    the package needs it no more.
 * 4. `dist/cli/main.js` starts the joined program. npm makes programs executable when it installs them; here that is done by
 *    hand, so that it runs from a checkout too.
 *
 * dist/ is made from nothing each time, so that no module outlives its source.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

const OUT = 'dist'
const JOINED = 'dist/joined'
const PROGRAM = 'cli/main.js'
const DEMO = 'cli/demo.js'
/** The module that uses a package which is written into it. */
const INLINED = { path: 'cli/qr-code.js', name: 'uqr' }
const RELATIVE_TS_IMPORT = /(\bfrom |\bimport\(|\bimport )(['"])(\.{1,2}\/[^'"]+)\.ts\2/g

interface Manifest {
  exports: Record<string, string | { default: string }>
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  engines: { node: string }
}

/** Runs the compiler; ends the build when it finds anything wrong. */
function compile(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const { status } = spawnSync(
    process.execPath,
    [join(typescript, 'bin/tsc'), '-p', 'tsconfig.json', '--outDir', OUT],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 1)
}

/** Rewrites the relative imports of one declaration file; an import of a file that was not emitted is an error. */
function finishDeclaration(path: string): void {
  const text = readFileSync(path, 'utf8')
  const finished = text.replace(RELATIVE_TS_IMPORT, (_, keyword: string, quote: string, target: string) => {
    if (!existsSync(join(dirname(path), `${target}.d.ts`)))
      throw new Error(`${path} imports ${target}.ts: not in ${OUT}/`)
    return `${keyword}${quote}${target}.js${quote}`
  })
  if (finished !== text) writeFileSync(path, finished)
}

/**
 * Lets every entry of the package reach all that the main one does, so that there is no reason to cut that up. Each entry is
 * wrapped for it: an import added to the module itself would make a circle with whatever of the main entry imports it.
 */
function withMain(entries: readonly string[], main: string): Plugin {
  const others = new Set(entries.filter((entry) => entry !== main).map((entry) => resolve(entry)))
  return {
    name: 'with-main',
    setup(bundler) {
      bundler.onResolve({ filter: /\.js$/ }, ({ path, kind, resolveDir }) => {
        const file = resolve(resolveDir, path)
        // What is imported when it is needed is an entry of its own, too.
        const isEntry = kind === 'entry-point' ? others.has(file) : kind === 'dynamic-import' && path.startsWith('.')
        return isEntry ? { path: file, suffix: '?entry' } : undefined
      })
      bundler.onLoad({ filter: /\.js$/ }, ({ path, suffix }) =>
        suffix === '?entry'
          ? {
              contents: `import ${JSON.stringify(resolve(main))}\nexport * from ${JSON.stringify(path)}`,
              resolveDir: dirname(path),
              loader: 'js',
            }
          : undefined,
      )
    },
  }
}

/** Writes a package into the module that uses it, with the text of its licence. */
async function inlinePackage(path: string, name: string): Promise<void> {
  const licence = readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim()
  await build({
    entryPoints: [path],
    outfile: path,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: `/*! Holds ${name}, whose licence is:\n\n${licence}\n*/` },
    logLevel: 'warning',
  })
}

/** Joins what each entry of the package reaches, and the program, into few files. */
async function joinModules({ exports, dependencies, peerDependencies, engines }: Manifest): Promise<void> {
  const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]))
  await build({
    entryPoints: [...entries, `${OUT}/${PROGRAM}`],
    outbase: OUT,
    outdir: JOINED,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: `node${engines.node.replace(/[^\d.]/g, '')}`,
    // An import for nothing but that a module is there counts.
    ignoreAnnotations: true,
    plugins: [withMain(entries, `./${OUT}/index.js`)],
    external: Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) => [name, `${name}/*`]),
    logLevel: 'warning',
  })
}

rmSync(OUT, { recursive: true, force: true })
compile()
for (const file of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.d.ts')) finishDeclaration(join(OUT, file))
}
await inlinePackage(join(OUT, INLINED.path), INLINED.name)
await joinModules(JSON.parse(readFileSync('package.json', 'utf8')) as Manifest)
writeFileSync(join(OUT, PROGRAM), `#!/usr/bin/env node\nimport '../joined/${PROGRAM}'\n`)
for (const program of [PROGRAM, DEMO]) chmodSync(join(OUT, program), 0o755)
