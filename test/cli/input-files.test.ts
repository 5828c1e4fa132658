/** Files before they are sent: every bad one is found, and standard input is called by its name. */
import { expect, test, vi } from 'vitest'
import { inspectAll, namingStandardInput } from '../../src/cli/input-files.ts'
import { FileError } from '../../src/errors.ts'

test('all files are looked at, in their order', async () => {
  const { files, faults } = await inspectAll(['none/a', 'package.json', 'src', 'assets/demo.jpg'], undefined)
  expect(files).toMatchObject([
    { label: 'package.json', as: undefined },
    { label: 'assets/demo.jpg', as: 'photo' },
  ])
  expect(faults).toMatchObject([
    { label: 'none/a', error: { code: 'FILE_NOT_FOUND' } },
    { label: 'src', error: { code: 'FILE_NOT_A_FILE' } },
  ])
})

test('standard input is not called by the name that the server is told', () => {
  const named = (message: string): unknown =>
    (namingStandardInput(new FileError('FILE_EMPTY', message), ['', 'file', 'photo.jpg']) as FileError).message
  expect(named('file is empty')).toBe('standard input is empty')
  expect(named('photo.jpg has more than 9 bytes')).toBe('standard input has more than 9 bytes')
  expect(named('cannot read file: broken')).toBe('cannot read standard input: broken')
  expect(named('files are empty')).toBe('files are empty')
  const other = new TypeError('file is empty')
  expect(namingStandardInput(other, ['file'])).toBe(other)
})

test('standard input that is a terminal is a mistake, called by its name', async () => {
  const { isTTY } = process.stdin
  vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: true } as typeof process.stdin)
  const { faults } = await inspectAll(['-'], undefined)
  vi.restoreAllMocks()
  expect(process.stdin.isTTY).toBe(isTTY)
  expect(faults).toMatchObject([{ label: 'standard input', error: { code: 'USAGE' } }])
})
