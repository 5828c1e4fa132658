/**
 * Asks people something at the terminal.
 *
 * Questions go to standard error and answers come from standard input, and only where both are a terminal: nothing is read
 * silently from a pipe. What may be seen is typed into the terminal's own line editor, which echoes it. What must not be seen
 * is read with the echo off; the terminal is set back after every answer, also after Ctrl+C.
 */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { printable } from '../observe/units.ts'
import { Failure } from './io.ts'

/** Somebody who can be asked. */
export interface Terminal {
  /**
   * Asks for one line.
   * @throws Failure when the input has ended, the signal's reason when it is aborted
   */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>
}

/** The streams of a terminal. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/** Whether there is somebody to ask. */
export function isTerminal({ input, output }: TerminalStreams): boolean {
  return input.isTTY === true && output.isTTY === true
}

/**
 * The terminal that the program was started in.
 * @param signal ends what is asked
 * @param interrupt called when Ctrl+C is typed while the terminal does not turn it into a signal by itself
 */
export function openTerminal(streams: TerminalStreams, signal: AbortSignal, interrupt: () => void): Terminal {
  const { input, output } = streams
  return {
    async ask(question, { hidden = false } = {}) {
      signal.throwIfAborted()
      // Without echo the line is edited here, and not shown. The echo is off before anybody is asked.
      const lines = createInterface(
        hidden ? { input, output: nowhere(), terminal: true, historySize: 0 } : { input, terminal: false },
      )
      output.write(printable(question))
      let answered = false
      try {
        const line = await oneLine(lines, signal, interrupt)
        answered = true
        return line
      } finally {
        lines.close()
        // Nothing must be read, and the program must not be kept, while nobody is asked.
        input.pause()
        // The end of the line was not echoed, or not typed.
        if (hidden || !answered) output.write('\n')
      }
    },
  }
}

function oneLine(lines: Interface, signal: AbortSignal, interrupt: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    lines.once('line', resolve)
    lines.once('SIGINT', interrupt)
    lines.once('close', () => {
      signal.removeEventListener('abort', onAbort)
      reject(new Failure('the input has ended before all was answered'))
    })
  })
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
