/**
 * What `mtproto-upload login` does: logs in at the terminal, by number and code, by QR code, or with a bot's token, and keeps
 * the login in a file.
 *
 * A login that is there and works is left alone. What is typed is handed to the login and to nobody else: it is not kept,
 * not told, and blotted out of whatever is printed.
 */
import { type AskPassword, type Login, phoneLogin, qrLogin, RESEND } from '../client/login/index.ts'
import { type FileStorage, fileStorage } from '../client/storage-file.ts'
import { UsageError } from '../errors.ts'
import { printable } from '../observe/units.ts'
import { type Connected, type Connecting, connect } from './connect.ts'
import type { Deadline } from './deadline.ts'
import { endLogin } from './end-login.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { abortOnSignals } from './interrupt.ts'
import { draw, Failure, hide, say, writeResult } from './io.ts'
import type { LoginJob } from './login-options.ts'
import { anotherText, nameOf, passwordLines, sentLines } from './login-words.ts'
import { type QrScreen, qrScreen } from './qr-code.ts'
import { PROGRAM } from './report.ts'
import { isTerminal, openTerminal, type Terminal } from './terminal.ts'

const STREAMS = { input: process.stdin, output: process.stderr }

/** Runs the command. */
export async function login(job: LoginJob): Promise<ExitCode> {
  const signal = abortOnSignals(EXIT.interrupted)
  const screen = qrScreen(process.stderr, draw)
  const tell = (text: string): void => {
    screen.leave()
    say(`${PROGRAM}: ${text}`)
  }
  const storage = fileStorage(job.session)
  const stored = await storage.load()
  // A login that cannot be kept, or asked for, is not begun.
  await storage.checkWritable()
  if (stored === undefined || job.force) mustAsk(job)
  if (job.force) await endLogin({ job, signal, tell }, storage)
  const { client, isNew, close } = await logIn(job, storage, { signal, tell, screen })
  try {
    const who = `${nameOf(client.user!)}, DC ${client.dcId}`
    if (isNew) await writeResult(`logged in as ${who}; the login is kept in ${job.session}\n`)
    else {
      await writeResult(`already logged in as ${who}, in ${job.session}\n`)
      if (!job.quiet) tell('nothing was changed; --force ends that login first')
    }
  } finally {
    await close()
  }
  return EXIT.ok
}

/** What a login goes on in. */
interface Scene extends Pick<Connecting, 'signal' | 'tell'> {
  readonly screen: QrScreen
}

async function logIn(
  job: LoginJob,
  storage: FileStorage,
  { signal, tell, screen }: Scene,
): Promise<Connected & { readonly isNew: boolean }> {
  let isNew = false
  const asking = (deadline: Deadline): Login => {
    const terminal = openTerminal(STREAMS, signal, () => void process.emit('SIGINT'))
    const held: Terminal = { ask: (...question) => deadline.hold(() => terminal.ask(...question)) }
    const way = job.qr ? byQrCode(held, tell, deadline, screen) : byPhone(job, held, tell)
    return async (context) => {
      mustAsk(job)
      try {
        return await way(context)
      } catch (error) {
        // No account, or one that only Telegram's apps can log in: nothing that another command line would change.
        throw error instanceof UsageError ? new Failure(error.message, { cause: error }) : error
      }
    }
  }
  const connected = await connect({
    job,
    storage,
    signal,
    tell,
    ...(job.botToken === undefined && { login: asking }),
    onEvent: (event) => {
      if (event.type === 'login') isNew = true
    },
  })
  return { ...connected, isNew }
}

/** @throws UsageError if somebody would have to be asked, and nobody is there */
function mustAsk({ botToken }: LoginJob): void {
  if (botToken !== undefined || isTerminal(STREAMS)) return
  throw new UsageError(
    'login asks for number, code and password at the terminal, and standard input or standard error is none: ' +
      'run it in a terminal, or log in as a bot with MTPROTO_BOT_TOKEN',
  )
}

function byPhone({ phone }: LoginJob, terminal: Terminal, tell: (text: string) => void): Login {
  /** Whether the code is one that nobody was told of yet. */
  let fresh = true
  return phoneLogin({
    phone:
      phone ??
      (({ attempt }) => {
        if (attempt > 1) tell('this is no phone number: it begins with the code of its country, as +49 170 1234567')
        return terminal.ask('Phone number, with the code of its country: ')
      }),
    async code(request) {
      const { delivery, problem, next, nextAt = 0 } = request
      if (problem === 'wrong') tell('the code is wrong')
      if (problem === 'expired') tell('the code came too late')
      if (fresh || problem === 'expired') for (const line of sentLines(request, Date.now())) tell(line)
      fresh = false
      for (;;) {
        const typed = (await terminal.ask('Code: ')).trim()
        hide(typed)
        // Where the code itself is a word, it may be this one.
        const wantsAnother = typed === '' || (typed.toLowerCase() === 'resend' && !delivery.startsWith('sms-'))
        if (!wantsAnother) return typed
        fresh = next !== undefined && nextAt <= Date.now()
        if (fresh) return RESEND
        tell(anotherText(request, Date.now()))
      }
    },
    password: passwordAt(terminal, tell),
  })
}

function byQrCode(terminal: Terminal, tell: (text: string) => void, deadline: Deadline, screen: QrScreen): Login {
  return qrLogin({
    onToken({ url, expiresAt }) {
      // From now on it is up to people how long it takes.
      deadline.stop()
      const seconds = Math.max(1, Math.round((expiresAt - Date.now()) / 1000))
      screen.show(url, [
        'Scan it with Telegram on another device: Settings, Devices, Link Desktop Device.',
        `It is good for ${seconds} s; then another is shown. The same as a link, for that device:`,
        printable(url),
      ])
    },
    password: passwordAt(terminal, tell),
  })
}

function passwordAt(terminal: Terminal, tell: (text: string) => void): AskPassword {
  return async (request) => {
    for (const line of passwordLines(request)) tell(line)
    for (;;) {
      const password = await terminal.ask('Password (it is not shown): ', { hidden: true })
      hide(password)
      if (password !== '') return password
    }
  }
}
