/** QR codes in the terminal: dark on light, with a quiet zone, each in the place of the one before. */
import { encode } from 'uqr'
import { describe, expect, test } from 'vitest'
import { qrLines, qrScreen } from '../../src/cli/qr-code.ts'

const LINK = `tg://login?token=${'AbCd-_09'.repeat(6)}`
/** What the two halves of a character show: light or dark. */
const HALVES: Readonly<Record<string, readonly [boolean, boolean]>> = {
  ' ': [false, false],
  '▀': [true, false],
  '▄': [false, true],
  '█': [true, true],
}
const ESCAPE = '\u001b'
const textOf = (line: string): string => line.replace(`${ESCAPE}[30;47m`, '').replace(`${ESCAPE}[0m`, '')

/** The modules of a code as it was drawn; true is dark. */
function modules(lines: readonly string[]): boolean[][] {
  return lines.flatMap((line) => {
    const halves = Array.from(textOf(line), (character) => HALVES[character]!)
    return [halves.map(([upper]) => upper), halves.map(([, lower]) => lower)]
  })
}

describe('a code', () => {
  const lines = qrLines(LINK, 100)!
  const drawn = modules(lines)

  test('is the code of the link, module by module', () => {
    const { data, size } = encode(LINK, { ecc: 'L', border: 2 })
    expect(drawn.slice(0, size)).toEqual(data)
    for (const line of lines) expect(textOf(line)).toHaveLength(size)
  })

  test('has its three corners dark on light, and two light modules around', () => {
    const size = drawn[0]!.length
    const corner = (row: number, column: number): string =>
      drawn
        .slice(row, row + 7)
        .map((cells) =>
          cells
            .slice(column, column + 7)
            .map((dark) => (dark ? '#' : '.'))
            .join(''),
        )
        .join('\n')
    const finder = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'].join('\n')
    for (const [row, column] of [
      [2, 2],
      [2, size - 9],
      [size - 9, 2],
    ] as const)
      expect(corner(row, column)).toBe(finder)
    for (const [at, cells] of drawn.entries()) {
      if (at < 2 || at >= size - 2) expect(cells.some(Boolean)).toBe(false)
      expect([cells[0], cells[1], cells.at(-1), cells.at(-2)]).toEqual([false, false, false, false])
    }
  })

  test('sets its colours outright on each line, and back at its end', () => {
    for (const line of lines) {
      expect(line.startsWith(`${ESCAPE}[30;47m`)).toBe(true)
      expect(line.endsWith(`${ESCAPE}[0m`)).toBe(true)
    }
  })

  test('that is wider than the terminal is not drawn', () => {
    const width = textOf(lines[0]!).length
    expect(qrLines(LINK, width)).toHaveLength(lines.length)
    expect(qrLines(LINK, width - 1)).toBeUndefined()
  })
})

describe('the screen', () => {
  const shown = (columns: number): { show(link: string, ...words: string[]): string; leave(): void } => {
    let written = ''
    const screen = qrScreen({ columns }, (text) => {
      written = text
    })
    return {
      show(link, ...words) {
        screen.show(link, words)
        return written
      },
      leave: () => screen.leave(),
    }
  }
  const height = qrLines(LINK, 100)!.length

  test('draws the next code over the last one, whatever the words below took', () => {
    const screen = shown(50)
    expect(screen.show(LINK, 'one', 'x'.repeat(51)).startsWith(`${ESCAPE}[30;47m`)).toBe(true)
    expect(screen.show(LINK, 'one')).toMatch(new RegExp(`^.\\[${height + 3}A\\r.\\[J`))
    expect(screen.show(LINK, 'one')).toMatch(new RegExp(`^.\\[${height + 1}A\\r.\\[J`))
  })

  test('draws it below what was printed meanwhile', () => {
    const screen = shown(50)
    screen.show(LINK, 'one')
    screen.leave()
    expect(screen.show(LINK, 'one').startsWith(`${ESCAPE}[30;47m`)).toBe(true)
  })

  test('says that a terminal is too narrow, and leaves the link', () => {
    const screen = shown(30)
    const text = screen.show(LINK, LINK)
    expect(text).toMatch(/too narrow for a QR code/)
    expect(text).toContain(LINK)
    // The sentence and the link take several lines each.
    const lines = text
      .trimEnd()
      .split('\n')
      .reduce((sum, line) => sum + Math.ceil(line.length / 30), 0)
    expect(screen.show(LINK, LINK)).toMatch(new RegExp(`^.\\[${lines}A\\r`))
  })
})
