/**
 * `mtproto-upload login`: its help text and its way in. What it does is in `login.ts`, loaded when it runs.
 */
import type { Command } from './command.ts'
import { APPLICATION_HELP, WAIT_HELP, WAY_HELP } from './connection-options.ts'
import { readLoginJob } from './login-options.ts'

const HELP = `Usage: mtproto-upload login --session PATH [OPTION]...

Logs in and keeps the login in a file, for "upload --session PATH". A person is
asked for number, code and password at the terminal; the password is not shown,
and none of it is kept. An empty line instead of a code has another one sent.

  --session PATH      file for the login, which only its owner can read
  --phone NUMBER      the number, with the code of its country; it is asked for
                      otherwise
  --qr                show a QR code to scan with Telegram on another device
                      (Settings, Devices, Link Desktop Device) instead
  --bot-token TOKEN   MTPROTO_BOT_TOKEN: log in as this bot; nothing is asked
  --force             end the login that is in the file first; otherwise one
                      that still works is left alone

${APPLICATION_HELP}

${WAY_HELP}
${WAIT_HELP};
                      what takes people to answer does not count

  -q, --quiet         only questions and errors
  -v, --verbose       what the connection does, and where an error came from
  --log-json          the same as lines of JSON; with -v, in more detail
  -h, --help          this text

Who is logged in goes to standard output. Exit codes: 0 logged in, 1 failed,
2 wrong usage, 75 try again later, 130 interrupted by a signal.

Example:
  export MTPROTO_API_ID=12345 MTPROTO_API_HASH=...
  mtproto-upload login --session me.session
  mtproto-upload upload holiday.mp4 --session me.session
`

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readLoginJob(argv, process.env)
    return { verbose: job.verbose, run: async () => (await import('./login.ts')).login(job) }
  },
}
