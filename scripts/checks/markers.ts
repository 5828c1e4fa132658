/**
 * Parts of a Markdown page that a script writes, between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
 */

function span(page: string, name: string): { start: number; end: number } {
  const begin = `<!-- ${name}:begin -->`
  const start = page.indexOf(begin)
  const end = page.indexOf(`<!-- ${name}:end -->`)
  if (start === -1 || end < start) throw new Error(`the page has no markers ${name}:begin and ${name}:end`)
  return { start: start + begin.length, end }
}

/** The text between the markers; throws when they are missing. */
export function between(page: string, name: string): string {
  const { start, end } = span(page, name)
  return page.slice(start, end).trim()
}

/** The page with `text` between the markers. */
export function replaceBetween(page: string, name: string, text: string): string {
  const { start, end } = span(page, name)
  return `${page.slice(0, start)}\n\n${text}\n\n${page.slice(end)}`
}
