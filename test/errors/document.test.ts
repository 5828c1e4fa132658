/** docs/errors.md holds every code there is, and cannot be made without a word about each. */
import { expect, test } from 'vitest'
import { renderErrorsDocument } from '../../scripts/errors/document.ts'
import type { ErrorTable } from '../../scripts/generator/emit/errors.ts'
import { ERRORS } from '../../src/explain/index.ts'
import { readText, roots } from '../tl/schema.ts'

const table = JSON.parse(readText('schema/errors.json')) as ErrorTable
const sources = { errors: readText('src/errors.ts'), exitCodes: readText('src/cli/exit-codes.ts') }
const render = (change: Partial<typeof sources> = {}, errors: ErrorTable = table): string =>
  renderErrorsDocument(errors, roots.methods, { ...sources, ...change })

test('the committed document is what the generator makes', () => {
  expect(readText('docs/errors.md') === render()).toBe(true)
})

test('every documented error stands in it, with its code and its advice', () => {
  const lines = render().split('\n')
  for (const { type, codes, advice, repeat } of Object.values(ERRORS).flatMap((row) => row ?? [])) {
    const [line] = lines.filter((one) => one.includes(`\`${type}\``) && one.startsWith(`| ${codes.join(', ')} |`))
    expect(line?.toLowerCase()).toContain(`| ${advice.toLowerCase()} | ${repeat} |`)
  }
})

test('a sentence begins with a capital letter, the name of a field as it is written', () => {
  expect(render()).toContain('| ttlSeconds must be from 1 to 60')
  expect(render()).toContain('| The bot token is wrong;')
})

test('every code of every class stands in it', () => {
  const document = render()
  const codes = [...sources.errors.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code]) => code!)
  expect(codes.length).toBeGreaterThan(20)
  for (const code of codes) expect(document).toContain(`| \`${code}\` | `)
})

test('a code without a comment cannot be left out', () => {
  const errors = sources.errors.replace(/ {2}\/\*\* [^\n]*\n(?= {2}\| 'FILE_EMPTY')/, '')
  expect(() => render({ errors })).toThrow('FILE_EMPTY has no comment in src/errors.ts')
  const exitCodes = sources.exitCodes.replace('  ok: 0,', '  ok: 0,\n  strange: 9,')
  expect(() => render({ exitCodes })).toThrow('exit code 9 has no comment in src/cli/exit-codes.ts')
})

test('an error without advice, and a cause of an error that is not documented, cannot be left out', () => {
  const more = (name: string): ErrorTable => ({
    ...table,
    errors: { ...table.errors, [name]: [400] },
    methods: { ...table.methods, 'help.getConfig': [name] },
  })
  expect(() => render({}, more('BRAND_NEW'))).toThrow('BRAND_NEW has no advice')
  const fewer = { ...table, methods: { ...table.methods, 'messages.getChats': [] } }
  expect(() => render({}, fewer)).toThrow('a cause of CHAT_ID_INVALID, which is not documented there')
})
