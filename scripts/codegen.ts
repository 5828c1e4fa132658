/**
 * `npm run codegen -- --schema FILE --methods a,b --out DIR`: makes the serializers of a client for other methods.
 *
 * The output is TypeScript that imports the run time from `mtproto-upload/tl`: types, writers for what the requests contain,
 * readers for what the results contain, and one constant for each method.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ClientOptions, emitClient, IMPORT_ENDINGS } from './generator/client-package.ts'
import { compile } from './generator/compile.ts'
import { SchemaError } from './generator/diagnostics.ts'
import { readExceptions } from './generator/ids.ts'
import type { Schema } from './generator/schema.ts'
import { fromRoot } from './output.ts'

const HELP = `Usage: npm run codegen -- --schema FILE --methods NAME,NAME --out DIR [options]

Makes TypeScript that writes the requests and reads the results of the methods named, and nothing else.

  --schema FILE       a schema in TL; schema/api.tl of this repository is one
  --methods NAMES     methods, separated by commas; or "all"
  --out DIR           folder to write to; made if missing, files of the same names are replaced
  --runtime NAME      what the generated files import the run time from (default: mtproto-upload/tl)
  --endings ${IMPORT_ENDINGS.join('|')}  ending of imports between the generated files (default: js)
  --ids strict|given  strict: an id that is not the checksum of its line is an error (default);
                      given: ids are taken as they stand
  --help              this text

Exit codes: 0 done, 1 the schema has errors or a file cannot be read or written, 2 the command line is wrong.
`

class UsageFault extends Error {}

interface Arguments {
  schema: string
  methods: string[] | 'all'
  out: string
  strict: boolean
  client: Omit<ClientOptions, 'source'>
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw new UsageFault(`--${option} is one of ${allowed.join(', ')}, not ${value}`)
  return found
}

function readArguments(args: readonly string[]): Arguments | 'help' {
  const options = { type: 'string' } as const
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...args],
      options: {
        schema: options,
        methods: options,
        out: options,
        runtime: { ...options, default: 'mtproto-upload/tl' },
        endings: { ...options, default: 'js' },
        ids: { ...options, default: 'strict' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageFault((error as Error).message)
  }
  if (values.help) return 'help'
  const { schema, methods, out, runtime, endings, ids } = values as Record<string, string | undefined>
  if (!schema || !methods || !out) throw new UsageFault('--schema, --methods and --out are needed')
  const names = methods.split(',').map((name) => name.trim())
  if (names.includes('')) throw new UsageFault(`--methods has an empty name: ${methods}`)
  return {
    schema,
    methods: methods === 'all' ? 'all' : names,
    out,
    strict: oneOf('ids', ids!, ['strict', 'given']) === 'strict',
    client: { runtime: runtime!, ending: oneOf('endings', endings!, IMPORT_ENDINGS) },
  }
}

/** Reads a file; what the system says becomes a sentence. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      EISDIR: 'it is a folder',
      EACCES: 'no permission',
    }
    throw new Error(`cannot read ${file}: ${reasons[code ?? ''] ?? code}`)
  }
}

function load(file: string, strict: boolean): Schema {
  const known = readExceptions(readFileSync(fromRoot('schema/id-exceptions.json'), 'utf8'))
  return compile(readText(file), file, strict ? known.map((exception) => exception.name) : 'all')
}

function run(args: readonly string[]): number {
  const given = readArguments(args)
  if (given === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const schema = load(given.schema, given.strict)
  const methods = given.methods === 'all' ? [...schema.methods.keys()] : given.methods
  if (methods.length === 0) throw new Error(`${given.schema}: no methods (they stand behind ---functions---)`)
  const files = emitClient(schema, methods, { ...given.client, source: given.schema })
  mkdirSync(given.out, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(given.out, name), text)
  process.stdout.write(`${given.out}: ${[...files.keys()].join(', ')}\n`)
  return 0
}

try {
  process.exitCode = run(process.argv.slice(2))
} catch (error) {
  const usage = error instanceof UsageFault
  const message = (error as Error).message
  process.stderr.write(
    usage ? `${message}\nTry --help.\n` : `${error instanceof SchemaError ? '' : 'error: '}${message}\n`,
  )
  process.exitCode = usage ? 2 : 1
}
