/**
 * `npm run sync-schema [-- --check]`: writes schema/api.tl, schema/mtproto.tl and schema/errors.json from the npm package `@mtcute/tl`.
 *
 * Definitions only, one sorted line each; of errors, names and codes only. Every id is checked against the CRC-32 of its line; the few historic ones that
 * do not verify stand in schema/id-exceptions.json with the reason. `--check` writes nothing and fails when a file differs.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readExceptions, verifyIds } from './generator/ids.ts'
import { finish, fromRoot } from './output.ts'
import { type SchemaLine, type SourceDefinition, toLine } from './sync/definition.ts'
import { joinErrors, renderErrors, type SourceErrors } from './sync/errors.ts'
import { SERVICE_LINES } from './sync/service-lines.ts'

const require = createRequire(import.meta.url)
const json = (name: string): unknown => JSON.parse(readFileSync(require.resolve(`@mtcute/tl/${name}`), 'utf8'))

/** The package's own constructors and methods, which no server knows. */
const isForeign = (definition: SourceDefinition): boolean => definition.name.startsWith('mtcute.')

function render(title: string, lines: readonly SchemaLine[], layer?: number): string {
  const section = (kind: SchemaLine['kind']): string[] =>
    lines
      .filter((line) => line.kind === kind)
      .map((line) => line.text)
      .sort()
  return [
    `// ${title}`,
    '// Written by scripts/sync-schema.ts. Do not edit: npm run sync-schema',
    ...(layer === undefined ? [] : [`// LAYER ${layer}`]),
    '',
    '---types---',
    '',
    ...section('constructor'),
    '',
    '---functions---',
    '',
    ...section('method'),
    '',
  ].join('\n')
}

const api = json('api-schema.json') as { l: number; e: SourceDefinition[] }
const mtproto = json('mtp-schema.json') as SourceDefinition[]

const apiLines = api.e.filter((definition) => !isForeign(definition)).map(toLine)
const mtprotoLines = mtproto.map(toLine)
for (const line of SERVICE_LINES) {
  if (mtprotoLines.some((other) => other.name === line.name)) {
    throw new Error(`${line.name} is in the source data now: remove it from scripts/sync/service-lines.ts`)
  }
  mtprotoLines.push(line)
}

const exceptions = readExceptions(readFileSync(fromRoot('schema/id-exceptions.json'), 'utf8'))
const problems = verifyIds([...apiLines, ...mtprotoLines], exceptions)
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
} else {
  const files = new Map([
    ['schema/api.tl', render('The API of Telegram: https://core.telegram.org/schema', apiLines, api.l)],
    ['schema/mtproto.tl', render('MTProto itself: https://core.telegram.org/schema/mtproto', mtprotoLines)],
    ['schema/errors.json', renderErrors(joinErrors(json('raw-errors.json') as SourceErrors, api.e))],
  ])
  process.exitCode = finish(files, { check: process.argv.includes('--check'), command: 'npm run sync-schema' })
}
