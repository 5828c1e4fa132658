/**
 * `npm run build`: compiles src/ to dist/, one JavaScript file and one declaration file per module.
 *
 * dist/ is made from nothing each time, so that no module outlives its source. The compiler rewrites `./x.ts` to `./x.js`
 * in JavaScript only; the declarations are put right here, so that they also serve tools that do not map a `.ts` import to
 * a `.d.ts` file. npm makes a package's programs executable when it installs them; here that is done by hand, so that
 * `dist/cli/main.js` runs from a checkout too.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const OUT = 'dist'
const PROGRAMS = ['cli/main.js', 'cli/demo.js']
const RELATIVE_TS_IMPORT = /(\bfrom |\bimport\(|\bimport )(['"])(\.{1,2}\/[^'"]+)\.ts\2/g

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

rmSync(OUT, { recursive: true, force: true })
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
const { status } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'tsconfig.json', '--outDir', OUT], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

for (const file of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.d.ts')) finishDeclaration(join(OUT, file))
}
for (const program of PROGRAMS.map((name) => join(OUT, name))) if (existsSync(program)) chmodSync(program, 0o755)
