/**
 * Locks in a folder: each says which process has something in use, for as long as that process lives.
 *
 * Locks are counted: whoever finds that the holder of `KEY.5.lock` is dead makes `KEY.6.lock`, which only one can, and
 * removes the other one then. So a lock is never taken away from under a name that someone else may just have got hold of.
 * A lock is of help, not of need: should two processes hold the same one after all (a process number of another container,
 * a folder on a network disk), both send the same bytes under the same id. Of a session's, see `src/client/storage-file.ts`.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { kill, pid, platform } from 'node:process'

/** Milliseconds after its last sign of life for which a process of another machine is taken to live. */
const SILENCE = 120_000
/** Milliseconds between two signs of life of a holder that writes nothing else. */
const BEAT = SILENCE / 4
/** Others may be quicker this often. */
const MAX_ATTEMPTS = 8

/** Locks that this process holds: another one with its number is of an earlier process. */
const held = new Set<string>()

/** Who holds a lock. */
export interface Owner {
  readonly host: string
  readonly pid: number
  /** When the process started, as the system counts; a number that is used again has another. */
  readonly started: string | undefined
}

/**
 * Takes the lock of a key.
 * @param folder of the lock
 * @param sign a file that its holder writes to while it lives; without it, the lock itself is touched now and then
 * @param onBusy told who has it, if somebody has; `undefined` where that cannot be told
 * @returns what gives it up again; `undefined` if a living process has it
 */
export async function takeLock(
  folder: string,
  key: string,
  sign?: string,
  onBusy?: (owner: Owner | undefined) => void,
): Promise<(() => void) | undefined> {
  const me: Owner = { host: hostname(), pid, started: startOf(pid) }
  const others = async (): Promise<number[] | undefined> => {
    const numbers = await locksOf(folder, key)
    for (const number of numbers) {
      const path = pathOf(folder, key, number)
      if (path === mine || !(await lives(path, me, sign))) continue
      onBusy?.(ownerIn(await readFile(path, 'utf8').catch(() => '')))
      return undefined
    }
    return numbers
  }
  let mine: string | undefined
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const dead = await others()
    if (!dead) return undefined
    const path = pathOf(folder, key, Math.max(0, ...dead) + 1)
    // Counted as held before it is there: whoever finds it in between must not take it for one of an earlier process.
    if (held.has(path)) return undefined
    held.add(path)
    try {
      if (await make(folder, key, path, JSON.stringify(me))) mine = path
    } finally {
      if (!mine) held.delete(path)
    }
    if (!mine) continue
    const beat = sign === undefined ? setInterval(() => void touch(path), BEAT).unref() : undefined
    let given = false
    const giveUp = (): void => {
      // Who gives up twice must not take away what somebody else has got hold of since.
      if (given) return
      given = true
      clearInterval(beat)
      held.delete(path)
      try {
        unlinkSync(path)
      } catch {
        // Someone has tidied up.
      }
    }
    // Someone may have found the key free at a time when all was given up, and counts anew.
    if (!(await others())) {
      giveUp()
      return undefined
    }
    for (const number of dead) await rm(pathOf(folder, key, number), { force: true })
    return giveUp
  }
  return undefined
}

function pathOf(folder: string, key: string, number: number): string {
  return join(folder, `${key}.${number}.lock`)
}

async function locksOf(folder: string, key: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = name.startsWith(`${key}.`) ? /^\.(\d{1,9})\.lock$/.exec(name.slice(key.length))?.[1] : undefined
    return number === undefined ? [] : [Number(number)]
  })
}

/** Makes a file with this text, unless there is one: it is never seen without it. */
async function make(folder: string, key: string, path: string, text: string): Promise<boolean> {
  const temporary = join(folder, `${key}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 })
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

/** Gives a sign of life. */
async function touch(path: string): Promise<void> {
  const now = Date.now() / 1000
  await utimes(path, now, now).catch(() => {})
}

/** Whether the holder of a lock lives. */
async function lives(path: string, me: Owner, sign: string | undefined): Promise<boolean> {
  if (held.has(path)) return true
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return false
  const owner = ownerIn(text)
  if (owner?.host === me.host) return owner.pid !== me.pid && isRunning(owner)
  for (const file of [path, sign ?? path]) {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }))
    if (Math.abs(Date.now() - mtimeMs) < SILENCE) return true
  }
  return false
}

function ownerIn(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null
    return typeof owner?.host === 'string' && typeof owner.pid === 'number' ? (owner as Owner) : undefined
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
