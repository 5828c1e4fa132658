/**
 * `npm run lock [-- FOLDER...]`: brings package-lock.json up to package.json, here and in the folders given, complete for
 * every platform (see `checks/lock.ts` for what npm leaves out).
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeLock, type LockFile, missingEntries } from './checks/lock.ts'

for (const folder of process.argv.length > 2 ? process.argv.slice(2) : ['.']) {
  const { status } = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  const path = join(folder, 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile
  writeFileSync(path, `${JSON.stringify(completeLock(lock), null, 2)}\n`)
  console.log(`${path}: ${missingEntries(lock).length} entries of other platforms added`)
}
