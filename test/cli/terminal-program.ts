/**
 * Runs the program in a terminal of its own, as `script` of util-linux makes one, and types into it when it asks.
 *
 * What the terminal shows is what the program wrote and what the terminal echoed of the typing: what is not echoed does not
 * appear.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Other systems have other programs of that name. */
export const hasTerminals: boolean = process.platform === 'linux'

/** A terminal with a shell command in it. */
export interface InTerminal {
  /** Everything on the screen so far. */
  readonly screen: string
  /** Waits until something is shown that was not there when the last wait ended. */
  shows(pattern: RegExp): Promise<RegExpExecArray>
  /** Types. */
  type(text: string): void
  /** Waits for the end; the code is that of the command. */
  readonly ended: Promise<number | null>
  /** Ends it. */
  kill(): void
}

/** Runs a shell command in a terminal of 100 columns. */
export function inTerminal(command: string, env: Readonly<Record<string, string>>, cwd: string): InTerminal {
  const { MTPROTO_API_ID: _id, MTPROTO_API_HASH: _hash, MTPROTO_BOT_TOKEN: _token, ...rest } = process.env
  const child = spawn('script', ['-qec', `stty cols 100; ${command}`, join(cwd, 'typescript')], {
    cwd,
    env: { ...rest, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  let seen = 0
  let over = false
  const watchers = new Set<() => void>()
  const notify = (): void => {
    for (const watcher of watchers) watcher()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    notify()
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code]) => {
    over = true
    notify()
    return code as number | null
  })
  return {
    get screen() {
      return screen
    },
    ended,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(screen.slice(seen))
          if (!found && !over) return
          watchers.delete(look)
          if (found) {
            seen += found.index + found[0].length
            resolve(found)
          } else reject(new Error(`ended without showing ${pattern}:\n${screen}`))
        }
        watchers.add(look)
        look()
      }),
    type: (text) => void child.stdin.write(text),
    kill: () => void child.kill('SIGKILL'),
  }
}
