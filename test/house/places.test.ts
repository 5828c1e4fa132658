import { expect, test } from 'vitest'
import { localPaths, placesRule } from '../../scripts/house/places.ts'
import { findingsOf } from './rules.ts'

const check = (path: string, text: string): string[] =>
  findingsOf(placesRule(['/srv/checkouts/it/', '/srv/checkouts/']), { [path]: text })

test.each([
  `see ${'/home'}/alice/file`,
  `"${'/Users'}/alice"`,
  `${'/root'}/.config`,
  '/srv/checkouts/it/src/a.ts',
  '/srv/checkouts/other',
])('a path of one machine is found: %s', (text) => {
  expect(check('README.md', `first\n${text}\n`)).toEqual(['README.md:2 names a path of one machine'])
})

test('a test may make up a home, but not name a real one', () => {
  expect(check('test/a.test.ts', `name: '${'/home'}/me/cat.jpg'`)).toEqual([])
  expect(check('test/a.test.ts', '// /srv/checkouts/it/a.ts')).toHaveLength(1)
})

test('the host of a registry is found', () => {
  expect(check('.npmrc', `registry=https://${['registry', 'npmjs', 'org'].join('.')}/`)).toHaveLength(1)
})

test('a lock file with download addresses is found, in whatever folder', () => {
  const lock = '{ "resolved": "https://example.org/a.tgz" }'
  expect(check('package-lock.json', lock)).toEqual(['package-lock.json:1 carries a download address'])
  expect(check('test/interop/package-lock.json', lock)).toHaveLength(1)
  expect(check('package-lock.json', '{ "integrity": "sha512-a" }\n{ "resolved": "../.." }')).toEqual([])
})

test.each(['https://example.org/home/a', 'src/root/a', '~/.config', './Users/x', '/tmp/a', 'registry.ts'])(
  'other paths are left alone: %s',
  (text) => {
    expect(check('README.md', text)).toEqual([])
  },
)

test('what this machine would leak: the checkout, the folder around it and the home, but nothing that all machines have', () => {
  expect(localPaths('/srv/checkouts/it', '/srv/alice')).toEqual([
    '/srv/checkouts/it/',
    '/srv/checkouts/',
    '/srv/alice/',
  ])
  expect(localPaths('/tmp/it', '/')).toEqual(['/tmp/it/'])
})
