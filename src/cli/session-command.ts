/**
 * `mtproto-upload session`: its help text and its way in. What it does is in `session.ts`, loaded when it runs.
 */
import type { Command } from './command.ts'
import { readSessionJob } from './session-options.ts'

const HELP = `Usage: mtproto-upload session [show|export|import] --session PATH [OPTION]...

Says who is logged in, or takes a login to another program and back. Nothing is
asked of a server.

  session show        who is logged in, and at which datacenter (the default)
      --json          as one line of JSON
  session export      print the login as a session string: whoever has it is
                      logged in
      --as KIND       mtproto-upload (the default, holds everything), telethon,
                      gramjs, pyrogram or mtcute
      --api-id N      MTPROTO_API_ID: of the application, for pyrogram
      --dc HOST:PORT  where the datacenter is, if it is none of Telegram's
  session import      read a session string from standard input, or ask for it
                      at the terminal, and keep the login in the file; it is
                      never taken from the command line, which the shell keeps
                      and others can see
      --as KIND       what it is; told from the string itself by default
      --test          it is of Telegram's test datacenters, for strings that do
                      not say
      --force         replace the login that is in the file

  --session PATH      the file
  -v, --verbose       where an error came from
  -h, --help          this text

One login is good for one program at a time: where both use it, at different
addresses, Telegram drops it (AUTH_KEY_DUPLICATED).

Exit codes: 0 done, 1 failed, 2 wrong usage.

Example:
  mtproto-upload session import --session me.session < telethon.txt
`

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readSessionJob(argv, process.env)
    return { verbose: job.verbose, run: async () => (await import('./session.ts')).session(job) }
  },
}
