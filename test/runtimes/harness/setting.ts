/**
 * What the programs need around them: the package as npm would publish it, unpacked in an empty project, and a test DC.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { nativeCrypto } from '../../../dist/crypto/native.js'
import { type RunningServer, startServer } from '../../../dist/lab/server/index.js'
import { type Fact, FILE_SIZE, type Job, PASSWORD, PHONE, sampleBytes } from './facts.ts'

/** The top of the project. */
export const TOP: string = fileURLToPath(new URL('../../..', import.meta.url))

/** An empty project with the package in it. */
export interface Project {
  readonly folder: string
  /** Puts a file there: a program of ours, without its types. */
  add(name: string, source: string): Promise<string>
  remove(): void
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}\n${stderr}`)
  return stdout
}

/** Packs what was built and unpacks it as npm would install it. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-runtimes-'))
  const home = join(folder, 'node_modules/mtproto-upload')
  mkdirSync(home, { recursive: true })
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], TOP),
  ) as { filename: string }[]
  run('tar', ['-xzf', join(folder, packed!.filename), '-C', home, '--strip-components=1'], folder)
  for (const dependency of ['ws', '@noble/hashes']) {
    const place = join(folder, 'node_modules', dependency)
    mkdirSync(join(place, '..'), { recursive: true })
    symlinkSync(join(TOP, 'node_modules', dependency), place)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return {
    folder,
    async add(name, source) {
      const { code } = await transform(source, { loader: 'ts', target: 'es2022' })
      const path = join(folder, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, code)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A DC with an account that has a password. */
export async function startDc(): Promise<RunningServer> {
  const server = await startServer({ parts: 'memory' })
  const { world } = server
  const person = [...world.users.values()].find(({ phone }) => phone === PHONE)
  if (!person) throw new Error(`nobody has the number ${PHONE}`)
  await world.logins.setPassword(nativeCrypto, person.id, PASSWORD)
  return server
}

/** The job for a program, with the large file written where it finds it. */
export function jobFor({ dcId, host, port, publicKeyPem: key }: RunningServer, folder: string): Job {
  const file = join(folder, 'large.bin')
  writeFileSync(file, sampleBytes(FILE_SIZE))
  return { dcId, host, port, key, file, folder }
}

/** Size and digest of every document that the server has made, each once. */
export async function stored({ world }: RunningServer): Promise<Set<string>> {
  const found = new Set<string>()
  for (const { content } of world.media.all()) {
    const hash = createHash('sha256').update(await content.read(0, content.size))
    found.add(`${content.size} ${hash.digest('hex')}`)
  }
  return found
}

/** What {@link stored} says of a file with these bytes. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`
}

/** Declares the checks of what a program said and of what the server has got of it. */
export function checkOutcome(
  expected: readonly Fact[],
  heard: () => { readonly facts: readonly Fact[]; readonly files: ReadonlySet<string> },
): void {
  for (const wanted of expected) {
    void test(wanted.name, () => {
      assert.deepEqual(
        heard().facts.find((fact) => fact.name === wanted.name),
        wanted,
      )
    })
  }
  void test('the server has the large file and the small ones, byte for byte', () => {
    for (const size of [FILE_SIZE, 700_000, 100_000, 500_000])
      assert.ok(heard().files.has(digest(sampleBytes(size))), `${size}`)
  })
}
