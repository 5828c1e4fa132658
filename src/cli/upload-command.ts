/**
 * `mtproto-upload upload`: its help text and its way in. What it does is in `upload.ts`, loaded when it runs.
 */
import type { Command } from './command.ts'
import { WAIT_HELP, WAY_HELP } from './connection-options.ts'
import { readUploadJob } from './upload-options.ts'

const HELP = `Usage: mtproto-upload upload FILE... [OPTION]...

Uploads files, makes media of them (messages.uploadMedia), and prints the
MessageMedia of each on standard output. "-" is standard input.

Login; the environment is the better place for secrets, as others can see
the command line (an option wins over it):
  --api-id N          MTPROTO_API_ID: the application's number, and
  --api-hash HASH     MTPROTO_API_HASH: its hash, both from my.telegram.org
  --bot-token TOKEN   MTPROTO_BOT_TOKEN: from @BotFather; needless once the
                      session holds a login
  --session PATH      keep the login in this file, which only its owner can
                      read; without it, each run logs in anew. People log in
                      first: "mtproto-upload login". One run at a time uses it

What to make of the files:
  --as KIND           photo, video, animation, audio, voice, video-note or
                      document; by default .jpg, .png and .webp of at most
                      10 MB are photos, and of the others what a look at the
                      file suggests
  --no-probe          do not look at files: what is no photo is a document.
                      Size and duration of films and sounds are found with the
                      package mediabunny, thumbnails and waveforms made with
                      ffmpeg, where these are installed
  --peer PEER         for whom: me (the default), empty, @username, a t.me link,
                      +phone, or an id (a channel's with -100 in front)
  --name NAME         file name to tell the server; its own by default
  --mime TYPE         MIME type of a document; told by the file by default
  --spoiler           hide it behind a spoiler warning
  --ttl S             have it destroy itself S seconds after it was opened

${WAY_HELP}
  --lanes N           most connections for the parts, 1 to 16 (16)
  --concurrency N     most files at a time, 1 to 64; 4 by default
${WAIT_HELP}

When it was stopped, the same command goes on where it was:
  --journal FOLDER    keep note here of what has arrived; by default beside the
                      session, as SESSION.uploads, else in mtproto-upload below
                      $XDG_STATE_HOME (~/.local/state)
  --no-resume         keep no notes, and begin at the beginning

What to print:
  --json              one line of JSON a file: names as in the TL schema, fields
                      in camelCase, long as a decimal string, bytes as base64.
                      If there are several files, one that failed gives null;
                      if one cannot be read, nothing is sent and printed
  -q, --quiet         no progress, only errors
  -v, --verbose       what the connection does, and where an error came from
  --log-json          what happens as lines of JSON on standard error, instead
                      of progress; with -v, what happens to each part too
  -h, --help          this text

Exit codes: 0 all uploaded, 1 failed, 2 wrong usage, 75 try again later,
130 interrupted by a signal.

Example:
  export MTPROTO_API_ID=12345 MTPROTO_API_HASH=... MTPROTO_BOT_TOKEN=...
  mtproto-upload upload cat.jpg report.pdf --session bot.session --json
`

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readUploadJob(argv, process.env)
    return { verbose: job.verbose, run: async () => (await import('./upload.ts')).upload(job) }
  },
}
