/**
 * Runs the program as people do: as a process of its own.
 *
 * It is bundled from the sources first, which takes a moment, so that no test waits for a compiler. What packages it
 * uses stay outside of the bundle: that is why it lies below node_modules/.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

/** The bundled programs. */
export interface Program {
  /** `mtproto-upload` itself. */
  readonly main: string
  readonly demo: string
  /** Removes the bundle. */
  remove(): void
}

/** What a process left behind. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Milliseconds from start to end. */
  readonly elapsed: number
}

/** Bundles the programs. */
export async function bundleProgram(): Promise<Program> {
  const home = newHome()
  const out = join(home, 'dist')
  await bundle(['src/cli/main.ts', 'src/cli/demo.ts'], 'src', out)
  // The demo's photo lies beside dist/, as in a checkout.
  cpSync('assets', join(home, 'assets'), { recursive: true })
  return {
    main: join(out, 'cli', 'main.js'),
    demo: join(out, 'cli', 'demo.js'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** Bundles one script of test/support, which a test then starts. */
export async function bundleScript(name: string): Promise<{ readonly path: string; remove(): void }> {
  const home = newHome()
  await bundle([`test/support/${name}.ts`], 'test/support', home)
  return { path: join(home, `${name}.js`), remove: () => rmSync(home, { recursive: true, force: true }) }
}

function newHome(): string {
  const cache = join(process.cwd(), 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const home = mkdtempSync(join(cache, 'mtproto-upload-'))
  // Tests may run it as another user.
  chmodSync(home, 0o755)
  return home
}

async function bundle(entryPoints: string[], outbase: string, outdir: string): Promise<void> {
  await build({
    entryPoints,
    outbase,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    conditions: ['source-node'],
    logLevel: 'error',
  })
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Bytes for standard input; nothing at all unless told. */
  readonly stdin?: Uint8Array
  /** Number of the user to run it as; only root can choose. */
  readonly uid?: number
}

/** A running process. */
export interface Running {
  readonly child: ChildProcess
  /** What it has printed so far. */
  readonly stdout: string
  readonly stderr: string
  /** Resolves when `pattern` was printed on either stream. Rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when the process has ended. */
  readonly ended: Promise<Outcome>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Outcome>
}

/** Starts `script` in a process of its own, with an environment that knows no secrets. */
export function start(script: string, args: readonly string[], options: StartOptions = {}): Running {
  const { MTPROTO_API_ID: _id, MTPROTO_API_HASH: _hash, MTPROTO_BOT_TOKEN: _token, ...env } = process.env
  const begun = performance.now()
  const child = spawn(process.execPath, [script, ...args], {
    // Notes of unfinished uploads must not come into the home of whoever runs the tests.
    env: { ...env, XDG_STATE_HOME: join(dirname(script), 'state'), ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid }),
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let ended = false
  const watchers = new Set<() => void>()
  const notify = (): void => {
    for (const watcher of watchers) watcher()
  }
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    notify()
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    notify()
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.stdin)
  const end = once(child, 'close').then(([code]): Outcome => {
    ended = true
    notify()
    return { code: code as number | null, stdout, stderr, elapsed: performance.now() - begun }
  })
  return {
    child,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    ended: end,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(stdout) ?? pattern.exec(stderr)
          if (!found && !ended) return
          watchers.delete(look)
          if (found) resolve(found)
          else reject(new Error(`ended without printing ${pattern}:\n${stdout}\n${stderr}`))
        }
        watchers.add(look)
        look()
      }),
    stop(signal = 'SIGINT') {
      child.kill(signal)
      return end
    },
  }
}
