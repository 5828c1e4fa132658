import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { completeLock, type LockFile, missingEntries, platformEntry } from '../../scripts/checks/lock.ts'
import { readProject } from '../../scripts/house/project.ts'

const locks = readProject(process.cwd()).paths.filter((path) => path.endsWith('package-lock.json'))

test.each(locks)('%s has an entry for each platform, so that `npm ci` takes it everywhere', (path) => {
  expect(missingEntries(JSON.parse(readFileSync(path, 'utf8')) as LockFile)).toEqual([])
})

const missing = (name: string, version = '1.2.3') => ({ path: `node_modules/${name}`, name, version, dev: true })

describe('the entry of a platform is told from its name:', () => {
  test.each([
    ['@a/cli-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@a/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@a/b-linux-s390x-gnu', { os: ['linux'], cpu: ['s390x'], libc: ['glibc'] }],
    ['@a/b-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'] }],
    ['@a/win32-x64', { os: ['win32'], cpu: ['x64'] }],
    ['@a/b-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
  ])('%s', (name, platform) => {
    expect(platformEntry(missing(name))).toEqual({ version: '1.2.3', dev: true, optional: true, ...platform })
  })

  test.each([missing('helper'), missing('@a/linux'), missing('@a/cli-linux-x64', '^1.2.3')])(
    'or refused: $name@$version',
    (entry) => {
      expect(() => platformEntry(entry)).toThrow(entry.name)
    },
  )
})

test('a lock is completed in order; what lies deeper or is there already is left alone', () => {
  const lock: LockFile = {
    packages: {
      '': {},
      'node_modules/@a/cli-linux-x64': { version: '1.0.0', os: ['linux'], cpu: ['x64'], optional: true },
      'node_modules/tool': {
        version: '1.0.0',
        optionalDependencies: {
          '@a/cli-darwin-x64': '1.0.0',
          '@a/cli-linux-x64': '1.0.0',
          '@a/cli-win32-x64': '1.0.0',
        },
      },
      'node_modules/tool/node_modules/@a/cli-win32-x64': { version: '1.0.0' },
    },
  }
  const complete = completeLock(lock)
  expect(Object.keys(complete.packages)).toEqual([
    '',
    'node_modules/@a/cli-darwin-x64',
    'node_modules/@a/cli-linux-x64',
    'node_modules/tool',
    'node_modules/tool/node_modules/@a/cli-win32-x64',
  ])
  expect(missingEntries(complete)).toEqual([])
  expect(completeLock(complete)).toEqual(complete)
})
