/**
 * What `mtproto-upload session` does: looks into a session's file, and takes logins to other libraries' strings and back.
 */
import { decodeSession, type SessionData } from '../client/session-data.ts'
import { exportSession, importSession } from '../client/session-strings/index.ts'
import { type FileStorage, fileStorage } from '../client/storage-file.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { abortOnSignals } from './interrupt.ts'
import { Failure, hide, writeResult } from './io.ts'
import { nameOf } from './login-words.ts'
import { toJson } from './output.ts'
import type { SessionJob } from './session-options.ts'
import { isTerminal, openTerminal } from './terminal.ts'

/** No session string is longer. */
const MAX_LENGTH = 64 * 1024

/** Runs the command. */
export async function session(job: SessionJob): Promise<ExitCode> {
  const storage = fileStorage(job.session)
  if (job.action === 'import') await importInto(storage, job)
  else {
    const stored = await storage.load()
    const data = stored === undefined ? undefined : sessionIn(job.session, stored)
    if (stored === undefined || !data || !data.keys.has(data.dc)) throw new Failure(`${job.session} holds no login`)
    await writeResult(`${job.action === 'show' ? shown(job, data) : exported(job, stored)}\n`)
  }
  return EXIT.ok
}

/** The client speaks of "the stored session"; people know it by the name of its file. */
function sessionIn(path: string, stored: string): SessionData {
  try {
    return decodeSession(stored)
  } catch (error) {
    throw new Failure(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function shown({ json }: SessionJob, { user, dc, test }: SessionData): string {
  if (json) return toJson({ id: user?.id, bot: user?.bot, username: user?.username, dc, test })
  const who = user ? nameOf(user) : 'whose login it is, the server says when it is used'
  return `${who}, DC ${dc}${test ? ' (test)' : ''}`
}

function exported({ as = 'mtproto-upload', apiId, address }: SessionJob, stored: string): string {
  if (as === 'pyrogram' && apiId === undefined) {
    throw new UsageError('Pyrogram keeps the api id in its strings: give it with --api-id or MTPROTO_API_ID')
  }
  return exportSession(stored, as, { apiId, address })
}

async function importInto(storage: FileStorage, { session: path, as, test, force }: SessionJob): Promise<void> {
  const release = await storage.claim()
  try {
    const before = await storage.load()
    const former = before === undefined ? undefined : sessionIn(path, before).user
    if (before !== undefined && !force) {
      const whose = former ? `the login of ${nameOf(former)}` : 'a login'
      throw new Failure(`${path} holds ${whose} already; name another file, or replace it with --force`)
    }
    const text = await readString()
    const format = as === undefined || as === 'mtproto-upload' ? {} : { format: as }
    const imported = importSession(text, { test, ...format })
    await storage.save(imported)
    const { user, dc } = decodeSession(imported)
    await writeResult(`imported ${user ? nameOf(user) : 'the login'}, DC ${dc}; it is kept in ${path}\n`)
  } finally {
    await release()
  }
}

/** The string, from wherever it is not seen. */
async function readString(): Promise<string> {
  const streams = { input: process.stdin, output: process.stderr }
  if (isTerminal(streams)) {
    const signal = abortOnSignals(EXIT.interrupted)
    const terminal = openTerminal(streams, signal, () => void process.emit('SIGINT'))
    const typed = await terminal.ask('Session string (it is not shown): ', { hidden: true })
    hide(typed.trim())
    return typed
  }
  if (process.stdin.isTTY) throw new UsageError('there is no terminal to ask at: give the session string by a pipe')
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > MAX_LENGTH) throw new Failure('what came on standard input is far too long for a session string')
  }
  hide(text.trim())
  if (text.trim() === '') throw new Failure('standard input is empty: it should be a session string')
  return text
}
