/**
 * The book of an upload: which parts have arrived.
 *
 * A ledger is a set of part numbers and nothing more, so that an acknowledgement costs the same in whatever order it
 * comes, and whoever keeps the book of a running upload needs no code of this module. What follows is pure: the bytes that
 * are there, and the form in which a ledger is written down, the ranges `0-99,101,104-200`. That form is canonical: one
 * ledger has one text, and any other text is refused, so a damaged one is never taken for parts that the server does not
 * have.
 */
import type { UploadPlan } from './plan.ts'

/** The parts that have arrived. */
export type Ledger = ReadonlySet<number>

/** Bytes in the parts of the ledger, for a file of known size: all parts are equally long but the last. */
export function ledgerBytes(
  ledger: Ledger,
  { size, partSize }: Pick<UploadPlan, 'partSize'> & { size: number },
): number {
  const last = Math.ceil(size / partSize) - 1
  const short = ledger.has(last) ? (last + 1) * partSize - size : 0
  return ledger.size * partSize - short
}

/** The ledger as ranges: `0-99,101,104-200`. An empty one is an empty string. */
export function formatLedger(ledger: Ledger): string {
  const ranges: string[] = []
  let first: number | undefined
  let last = 0
  const close = (): void => {
    if (first !== undefined) ranges.push(first === last ? `${first}` : `${first}-${last}`)
  }
  for (const part of [...ledger].sort((a, b) => a - b)) {
    if (part !== last + 1 || first === undefined) {
      close()
      first = part
    }
    last = part
  }
  close()
  return ranges.join(',')
}

/**
 * Reads what {@link formatLedger} wrote, for a file of `parts` parts.
 * @returns `undefined` for anything else: another form, a part beyond the file, ranges out of order or that touch
 */
export function parseLedger(text: string, parts: number): Set<number> | undefined {
  const ledger = new Set<number>()
  for (const range of text === '' ? [] : text.split(',')) {
    const [, start, end = start] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range) ?? []
    // Checked before anything is filled in: a damaged number must not cost memory.
    if (start === undefined || Number(end) >= parts) return undefined
    for (let part = Number(start); part <= Number(end); part++) ledger.add(part)
  }
  return formatLedger(ledger) === text ? ledger : undefined
}
