/**
 * Who is measured, and how each is started.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { APART, BUILT } from './build.ts'
import type { Program } from './processes.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const PYTHON = '/usr/bin/python3'
const TDLIB = join(HERE, 'clients/tdlib.py')
const PREPARE_LIMIT = 60_000

/** A client, or the floor. */
export interface Contestant {
  /** As tables name it. */
  readonly name: string
  /** Its program in Node; TDLib has another. */
  readonly program?: string
  /** What has to be installed for it: a package of bench/package.json. */
  readonly needs?: string
  readonly source?: 'stream'
}

export const FLOOR: Contestant = { name: 'floor', program: 'floor' }
export const OURS: Contestant = { name: 'ours', program: 'clients/ours' }
export const OURS_STREAM: Contestant = { name: 'ours, from a stream', program: 'clients/ours', source: 'stream' }
/** Ours as modules of their own, for profiles: what is joined does not tell its folders. */
export const OURS_APART: Contestant = { name: 'ours', program: `${APART}clients/ours` }
export const HOLLOW: Contestant = { name: 'ours, without its work', program: 'clients/hollow' }
export const MTCUTE: Contestant = { name: 'mtcute', program: 'clients/mtcute', needs: '@mtcute/node' }
export const GRAMJS: Contestant = { name: 'GramJS', program: 'clients/gramjs', needs: 'telegram' }
export const TDLIB_CLIENT: Contestant = { name: 'TDLib', needs: '@prebuilt-tdlib/linux-x64-glibc' }

/** Whether what a client needs is there. */
export function isInstalled({ needs }: Contestant): boolean {
  return needs === undefined || existsSync(join(HERE, 'node_modules', needs))
}

/** Programs in TypeScript that these contestants take. */
export function programsOf(contestants: readonly Contestant[]): string[] {
  return [...new Set(contestants.flatMap(({ program }) => program ?? []))]
}

/** Makes what TDLib takes, in a folder of its own below `folder`, for a server with this key. */
export function prepareTdlib(folder: string, publicKeyPem: string): void {
  const place = join(folder, 'tdlib')
  mkdirSync(place)
  const key = join(place, 'key.pem')
  writeFileSync(key, publicKeyPem)
  execFileSync(PYTHON, ['-B', TDLIB, 'prepare', place, key], { timeout: PREPARE_LIMIT })
}

/** How a contestant is started. */
export function startOf({ program }: Contestant, folder: string, port: number): Program {
  if (program !== undefined) return { command: process.execPath, args: [join(BUILT, `${program}.js`)] }
  const place = join(folder, 'tdlib')
  return {
    command: PYTHON,
    args: ['-B', TDLIB],
    env: { TDLIB_FOLDER: place, LD_PRELOAD: join(place, 'redirect.so'), SINK_PORT: `${port}` },
  }
}
