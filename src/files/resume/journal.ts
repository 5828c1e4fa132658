/**
 * What is noted of one upload, as a text that only ever grows.
 *
 * Its first line says which file of which account it is, how it is cut and under which id it is sent. Each further line
 * names parts that have arrived, as ranges, and when. A line ends in a CRC-32 of itself and of the first line, so it holds
 * in this journal alone. A process that is killed leaves a last line without its end: that is no line yet, and is passed
 * over. Anything else that is not as it was written makes the whole text worthless: nothing of it is believed.
 *
 * ```
 * {"format":"mtproto-upload journal","version":1,"account":"2/42","name":"holiday.mp4",…} 1c291ca3
 * 0-57 1767225600000 8a0f4c11
 * 59 1767225600841 e02b7d90
 * ```
 */
import { crc32 } from '../../crypto/crc32.ts'
import { formatLedger, type Ledger, parseLedger } from '../ledger.ts'
import type { UploadKind } from '../plan.ts'

const FORMAT = 'mtproto-upload journal'
const VERSION = 1
/** More parts than any account may send: what says more is damaged. */
const MOST_PARTS = 1_000_000

/** Which upload it is. */
export interface JournalEntry {
  /** As whom, and on which server. */
  readonly account: string
  /** For people who look into the journal. */
  readonly name: string
  readonly kind: UploadKind
  readonly fileId: bigint
  readonly partSize: number
  /** Whether its parts go by `upload.saveBigFilePart`. */
  readonly big: boolean
  /** What tells the file from any other: its size, what the platform knows of its version, a hash of its ends. */
  readonly size: number
  readonly state: string
  readonly print: string
}

/** What a text says. */
export interface Journal {
  readonly entry: JournalEntry
  readonly done: Ledger
  /** When the last part arrived, or the upload was begun: ms since 1970. */
  readonly touched: number
}

/** The text for an upload of which these parts are done. */
export function encodeJournal({ entry, done, touched }: Journal): string {
  const { fileId, ...rest } = entry
  const time = Math.round(touched)
  const head = seal(JSON.stringify({ format: FORMAT, version: VERSION, ...rest, fileId: `${fileId}`, time }), 0)
  return done.size ? head + encodeParts(head, done, time) : head
}

/**
 * The line to write behind a journal when further parts have arrived.
 * @param journal its text, or the first line of it
 * @param now ms since 1970
 */
export function encodeParts(journal: string, parts: Ledger, now: number): string {
  return seal(`${formatLedger(parts)} ${Math.round(now)}`, sumOf(headOf(journal)))
}

/** Reads a journal's text. */
export function decodeJournal(text: string): Journal | 'damaged' | 'newer' {
  const version = new RegExp(`^{"format":"${FORMAT}","version":(\\d{1,9}),`).exec(text)?.[1]
  if (Number(version) > VERSION) return 'newer'
  const [head = '', ...lines] = text.split('\n').slice(0, -1)
  const fields = unseal(head, 0)
  const entry = fields === undefined ? undefined : readEntry(fields)
  if (!entry) return 'damaged'
  const parts = Math.ceil(entry.size / entry.partSize)
  const done = new Set<number>()
  let touched = entry.time
  for (const line of lines) {
    const [, ranges, time] = /^(\S+) (\d{1,15})$/.exec(unseal(line, sumOf(head)) ?? '') ?? []
    const more = parseLedger(ranges ?? '', parts)
    if (!more?.size) return 'damaged'
    for (const part of more) done.add(part)
    touched = Number(time)
  }
  return { entry, done, touched }
}

function readEntry(text: string): (JournalEntry & { readonly time: number }) | undefined {
  const { format, version, fileId, time, ...entry } = parse(text) ?? {}
  const { size, partSize } = entry as Partial<JournalEntry>
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
  const sound =
    format === FORMAT &&
    version === VERSION &&
    typeof fileId === 'string' &&
    /^[1-9]\d{0,18}$/.test(fileId) &&
    BigInt(fileId) < 2n ** 63n &&
    typeof time === 'number' &&
    isCount(size) &&
    isCount(partSize) &&
    size / partSize <= MOST_PARTS
  if (!sound) return undefined
  // The others are compared with what is known of the file, as they are.
  return { ...(entry as unknown as Omit<JournalEntry, 'fileId'>), fileId: BigInt(fileId), time }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** A line: the words, and their checksum. */
function seal(words: string, sum: number): string {
  return `${words} ${checksum(words, sum)}\n`
}

/** The words of a line without its end, if the checksum is theirs. */
function unseal(line: string, sum: number): string | undefined {
  const words = line.slice(0, -9)
  return line === `${words} ${checksum(words, sum)}` ? words : undefined
}

function checksum(words: string, sum: number): string {
  return crc32(new TextEncoder().encode(words), sum).toString(16).padStart(8, '0')
}

function headOf(journal: string): string {
  return journal.slice(0, journal.indexOf('\n'))
}

/** The checksum that a line ends in. */
function sumOf(line: string): number {
  return Number.parseInt(line.slice(-8), 16)
}
