/**
 * Draws QR codes in a terminal, two rows of the code in one line of text.
 *
 * The colours are set outright, dark on light as the standard has it: many readers take no code that is the other way round,
 * and what a terminal's own colours are nobody knows.
 */
import { encode } from 'uqr'

/** Light modules around a code: the standard wants four, and readers take two. */
const QUIET_ZONE = 2
const DARK_ON_LIGHT = '\u001b[30;47m'
const PLAIN = '\u001b[0m'

const TOO_NARROW = 'The terminal is too narrow for a QR code: make it wider, or use the link.'

/** Upper and lower module of one character: light or dark. */
const HALVES = [
  [' ', '▄'],
  ['▀', '█'],
] as const

/**
 * The lines of a code.
 * @param columns width of the terminal
 * @returns undefined if it does not fit in
 */
export function qrLines(text: string, columns: number): string[] | undefined {
  const { data, size } = encode(text, { ecc: 'L', border: QUIET_ZONE })
  if (size > columns) return undefined
  const dark = (row: number, column: number): 0 | 1 => (data[row]?.[column] ? 1 : 0)
  const lines: string[] = []
  for (let row = 0; row < size; row += 2) {
    let line = ''
    for (let column = 0; column < size; column++) line += HALVES[dark(row, column)][dark(row + 1, column)]
    lines.push(`${DARK_ON_LIGHT}${line}${PLAIN}`)
  }
  return lines
}

/** Shows one code after another in the same place. */
export interface QrScreen {
  /** Draws a code instead of the last one, with lines of text below it. */
  show(link: string, words: readonly string[]): void
  /** Something else was printed: the next code comes below it. */
  leave(): void
}

/**
 * Makes the place.
 * @param write to the terminal, as it is
 */
export function qrScreen(screen: { readonly columns?: number | undefined }, write: (text: string) => void): QrScreen {
  let drawn = 0
  return {
    show(link, words) {
      const columns = screen.columns || 80
      const code = qrLines(link, columns) ?? []
      const text = code.length > 0 ? words : [TOO_NARROW, ...words]
      // A line that is longer than the terminal is wide takes several.
      const height = code.length + text.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
      const back = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : ''
      write(`${back}${[...code, ...text].join('\n')}\n`)
      drawn = height
    },
    leave() {
      drawn = 0
    },
  }
}
