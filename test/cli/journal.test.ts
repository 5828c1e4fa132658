/** Where the program keeps note of unfinished uploads. */
import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { journalPath } from '../../src/cli/journal.ts'
import { readUploadJob } from '../../src/cli/upload-options.ts'
import { UsageError } from '../../src/errors.ts'

const LOGIN = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'hash', MTPROTO_BOT_TOKEN: '1:token' }
const path = (argv: readonly string[], environment: Record<string, string> = {}, platform = 'linux') =>
  journalPath(readUploadJob(['a', ...argv], LOGIN), environment, platform)

test('where it was told, else beside the session, else where programs keep their state', () => {
  expect(path(['--journal', 'j', '--session', 's'])).toBe('j')
  expect(path(['--session', 'dir/s'], { XDG_STATE_HOME: '/state' })).toBe('dir/s.uploads')
  expect(path([], { XDG_STATE_HOME: '/state' })).toBe('/state/mtproto-upload')
  expect(path([])).toBe(`${homedir()}/.local/state/mtproto-upload`)
})

test('a state folder that is not absolute is ignored, as its specification says', () => {
  expect(path([], { XDG_STATE_HOME: 'state' })).toBe(`${homedir()}/.local/state/mtproto-upload`)
})

test('on Windows with the other data of programs', () => {
  expect(path([], { LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/mtproto-upload/uploads')
})

test('nowhere, if nothing is to be resumed', () => {
  expect(path(['--no-resume', '--session', 's'])).toBeUndefined()
  for (const argv of [['--no-resume', '--journal', 'j'], ['--journal='], ['--journal', '']])
    expect(() => path(argv)).toThrow(UsageError)
})
