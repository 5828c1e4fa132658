/**
 * Where the program keeps note of unfinished uploads, so that the same command goes on where it was killed.
 *
 * Beside the session, as it is of use to the same account only; else where programs keep such things:
 * `$XDG_STATE_HOME` or `~/.local/state`, on Windows `%LOCALAPPDATA%`.
 * Source: https://specifications.freedesktop.org/basedir-spec/latest/
 */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './connection-options.ts'
import type { UploadJob } from './upload-options.ts'

/** What the choice depends on. */
type Choice = Pick<UploadJob, 'journal' | 'resume' | 'session'>

/** The folder for the journal; `undefined` if nothing is to be noted. */
export function journalPath(job: Choice, environment: Environment, platform: string): string | undefined {
  if (!job.resume) return undefined
  if (job.journal !== undefined) return job.journal
  if (job.session !== undefined) return `${job.session}.uploads`
  const { XDG_STATE_HOME: state = '', LOCALAPPDATA: local = '' } = environment
  // The specification has paths that are not absolute ignored.
  if (isAbsolute(state)) return join(state, 'mtproto-upload')
  if (platform === 'win32' && isAbsolute(local)) return join(local, 'mtproto-upload', 'uploads')
  return join(homedir(), '.local', 'state', 'mtproto-upload')
}
