/**
 * `mtproto-upload logout`: its help text and its way in. What it does is in `logout.ts`, loaded when it runs.
 */
import type { Command } from './command.ts'
import { APPLICATION_HELP, WAIT_HELP, WAY_HELP } from './connection-options.ts'
import { readLogoutJob } from './login-options.ts'

const HELP = `Usage: mtproto-upload logout --session PATH [OPTION]...

Has the server end the login that is kept in a file, and removes the file. A
login that has been ended already is no error. If the server cannot be reached,
the file stays.

  --session PATH      the file

${APPLICATION_HELP}

${WAY_HELP}
${WAIT_HELP}

  -q, --quiet         only errors
  -v, --verbose       what the connection does, and where an error came from
  --log-json          the same as lines of JSON; with -v, in more detail
  -h, --help          this text

Exit codes: 0 logged out, 1 failed, 2 wrong usage, 75 try again later,
130 interrupted by a signal.
`

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readLogoutJob(argv, process.env)
    return { verbose: job.verbose, run: async () => (await import('./logout.ts')).logout(job) }
  },
}
