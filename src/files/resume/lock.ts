/**
 * A lock file: it says which process has something in use, for as long as that process lives.
 *
 * The lock is of help, not of need: should two processes get hold of it after all (a process number of another container,
 * a folder on a network disk), both send the same bytes under the same id.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { kill, pid, platform } from 'node:process'

/** Milliseconds after its last sign of life for which a process of another machine is taken to live. */
const SILENCE = 120_000
/** Locks of dead processes that are taken away at most before one of the living is believed to be in the way. */
const MAX_ATTEMPTS = 4

/** Locks that this process holds: a lock with its number that is not among them is of an earlier process. */
const held = new Set<string>()

/** Who holds a lock. */
interface Owner {
  readonly host: string
  readonly pid: number
  /** When the process started, as the system counts; a number that is used again has another. */
  readonly started: string | undefined
}

/**
 * Takes a lock.
 * @param path of the lock
 * @param sign a file that its holder writes to while it lives
 * @returns what gives it up again; `undefined` if a living process has it
 */
export async function lockFile(path: string, sign: string): Promise<(() => void) | undefined> {
  const me: Owner = { host: hostname(), pid, started: startOf(pid) }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (held.has(path)) return undefined
    held.add(path)
    let mine = false
    try {
      mine = await make(path, JSON.stringify(me))
      if (mine) return () => giveUp(path)
    } finally {
      if (!mine) held.delete(path)
    }
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    if (await lives(text, me, [path, sign])) return undefined
    await takeAway(path, text)
  }
  return undefined
}

/** Makes a file with this text, unless there is one: it is never seen without it. */
async function make(path: string, text: string): Promise<boolean> {
  const temporary = temporaryOf(path)
  await writeFile(temporary, text, { flag: 'wx', mode: 0o600 })
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without links: for a moment the file is seen without its text, and then taken for one in use.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return await makeWithoutLink(path, text)
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function makeWithoutLink(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function giveUp(path: string): void {
  held.delete(path)
  try {
    unlinkSync(path)
  } catch {
    // Someone has tidied up.
  }
}

async function lives(text: string, me: Owner, signs: readonly string[]): Promise<boolean> {
  const owner = ownerIn(text)
  if (owner?.host === me.host) return owner.pid === me.pid ? false : isRunning(owner)
  for (const sign of signs) {
    const { mtimeMs = 0 } = await stat(sign).catch(() => ({ mtimeMs: undefined }))
    if (Math.abs(Date.now() - mtimeMs) < SILENCE) return true
  }
  return false
}

function ownerIn(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner
  } catch {
    return undefined
  }
}

function isRunning({ pid: number, started }: Owner): boolean {
  try {
    kill(number, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(number)
  return now === undefined || started === undefined || now === started
}

/** When a process started, where the system tells it: the 22nd field of its line in /proc. */
function startOf(number: number): string | undefined {
  if (platform !== 'linux') return undefined
  try {
    const line = readFileSync(`/proc/${number}/stat`, 'latin1')
    // The second field is the program's name, which may hold anything.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Takes the lock of a dead process away. If a living one was quicker, it gets its lock back. */
async function takeAway(path: string, text: string): Promise<void> {
  const temporary = temporaryOf(path)
  try {
    await rename(path, temporary)
    if ((await readFile(temporary, 'utf8')) !== text) await link(temporary, path)
  } catch {
    // Someone else was quicker: the next attempt sees what there is now.
  } finally {
    await rm(temporary, { force: true })
  }
}

function temporaryOf(path: string): string {
  return `${path.replace(/\.lock$/, '')}.${randomBytes(8).toString('hex')}.tmp`
}
