/**
 * What `mtproto-upload logout` does.
 */
import { fileStorage } from '../client/storage-file.ts'
import { endLogin } from './end-login.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { abortOnSignals } from './interrupt.ts'
import { say, writeResult } from './io.ts'
import type { LogoutJob } from './login-options.ts'
import { nameOf } from './login-words.ts'
import { PROGRAM } from './report.ts'

/** Runs the command. */
export async function logout(job: LogoutJob): Promise<ExitCode> {
  const signal = abortOnSignals(EXIT.interrupted)
  const tell = (text: string): void => say(`${PROGRAM}: ${text}`)
  const { session } = job
  const { was, user } = await endLogin({ job, signal, tell }, fileStorage(session))
  if (was === 'none') tell(`${session} holds no login`)
  else if (was === 'dead') await writeResult(`the login had been ended before; ${session} is removed\n`)
  else await writeResult(`logged out${user ? ` ${nameOf(user)}` : ''}; ${session} is removed\n`)
  return EXIT.ok
}
