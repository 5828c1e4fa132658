/** The version is written in three places, for people, for npm and for the server (initConnection); they must agree. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from '../../src/client/version.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

test('package.json and the client give the same version', () => {
  expect(VERSION).toBe(manifest.version)
})

test('the newest entry of CHANGELOG.md is this version', () => {
  const [, newest] = /^## \[?([\d.]+)\]?/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? []
  expect(newest).toBe(manifest.version)
})
