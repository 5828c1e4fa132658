/**
 * `npm run build`: compiles src/ to dist/, one JavaScript file and one declaration file per module.
 *
 * dist/ is made from nothing each time, so that no module outlives its source. npm makes a package's programs executable
 * when it installs them; here that is done by hand, so that `dist/cli/main.js` runs from a checkout too.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PROGRAMS = ['dist/cli/main.js', 'dist/cli/demo.js']

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'tsconfig.json'], {
  stdio: 'inherit',
})
for (const program of PROGRAMS) if (existsSync(program)) chmodSync(program, 0o755)
process.exitCode = status ?? 1
