/**
 * `npm run generate [-- --check]`: makes src/tl/generated and src/explain/documented.ts from schema/ and the roots in
 * schema/roots.json, and docs/errors.md.
 *
 * The same input gives the same bytes. `--check` writes nothing; it fails and names the files that differ.
 */
import { readFileSync } from 'node:fs'
import { renderErrorsDocument } from './errors/document.ts'
import { compile } from './generator/compile.ts'
import type { ErrorTable } from './generator/emit/errors.ts'
import { emitApi, emitErrors, emitMtproto, type Roots } from './generator/generate.ts'
import { readExceptions } from './generator/ids.ts'
import { finish, fromRoot } from './output.ts'

const FOLDER = 'src/tl/generated'

const read = (path: string): string => readFileSync(fromRoot(path), 'utf8')
const load = (path: string): ReturnType<typeof compile> => compile(read(path), path, exceptions)

const exceptions = readExceptions(read('schema/id-exceptions.json')).map((exception) => exception.name)
const roots = JSON.parse(read('schema/roots.json')) as Roots

const files = new Map<string, string>()
const add = (made: ReadonlyMap<string, string>, folder: string = FOLDER): void => {
  for (const [path, text] of made) files.set(`${folder}/${path}`, text)
}
add(emitApi(load('schema/api.tl'), roots))
add(emitMtproto(load('schema/mtproto.tl'), roots.messages))
const errors = JSON.parse(read('schema/errors.json')) as ErrorTable
add(emitErrors(errors, roots.methods), 'src/explain')
const sources = { errors: read('src/errors.ts'), exitCodes: read('src/cli/exit-codes.ts') }
files.set('docs/errors.md', renderErrorsDocument(errors, roots.methods, sources))
process.exitCode = finish(files, {
  check: process.argv.includes('--check'),
  command: 'npm run generate',
  folder: FOLDER,
})
