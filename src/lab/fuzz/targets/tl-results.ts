/**
 * Fuzzes what the client reads: every generated type and every message of a server, by both forms of the client's code.
 *
 * The first word names the type, by a checksum of its name or, failing that, by number; the others are the value.
 */
import { concat, view } from '../../../bytes.ts'
import { crc32 } from '../../../crypto/crc32.ts'
import { TlError } from '../../../errors.ts'
import * as straight from '../../../tl/generated/client/readers.ts'
import { CORE } from '../../../tl/generated/compact/schema.ts'
import * as straightMessages from '../../../tl/generated/mtproto/client.ts'
import * as compactMessages from '../../../tl/generated/mtproto/compact.ts'
import { writeServerMessage } from '../../../tl/generated/mtproto/server.ts'
import * as serverWriters from '../../../tl/generated/server/writers.ts'
import { TlReader } from '../../../tl/reader.ts'
import { TlWriter } from '../../../tl/writer.ts'
import { same } from '../equal.ts'
import { type FuzzTarget, must, type Outcome, outcomeOf } from '../target.ts'

type Read = (reader: TlReader) => unknown
type Write = (writer: TlWriter, value: never) => void

/** One type with everything that reads and writes it. */
interface Subject {
  readonly id: number
  readonly straight: Read
  readonly compact: Read | undefined
  readonly write: Write | undefined
}

const checksum = (name: string): number => crc32(new TextEncoder().encode(name))

/** The compact form of a type by the name of its reader: `readStorageFileType` reads `storage.FileType`. */
function compactReader(name: string): Read | undefined {
  const dotted = name.replace(/^[A-Z][a-z]+(?=[A-Z])/, (word) => `${word.toLowerCase()}.`)
  for (const token of [name, dotted]) {
    try {
      return CORE(token).read
    } catch {
      // Not in the core: the type stands beside the method that needs it.
    }
  }
  return undefined
}

const writers = serverWriters as unknown as Readonly<Record<string, Write | undefined>>

const SUBJECTS: readonly Subject[] = [
  ...Object.entries(straight as unknown as Readonly<Record<string, Read>>)
    .filter(([name]) => !name.startsWith('readBare_'))
    .map(([name, read]) => {
      const type = name.slice('read'.length)
      return { id: checksum(type), straight: read, compact: compactReader(type), write: writers[`write${type}`] }
    }),
  {
    id: checksum('ServerMessage'),
    straight: straightMessages.readServerMessage,
    compact: undefined,
    write: writeServerMessage,
  },
]
const byId = new Map(SUBJECTS.map((subject) => [subject.id, subject]))

/** The word that names a type in an input. */
export function typeWord(name: string): number {
  return checksum(name)
}

interface Read1 {
  readonly value: unknown
  readonly pos: number
}

function readBy(read: Read, bytes: Uint8Array): Outcome<Read1> {
  const reader = new TlReader(bytes)
  return outcomeOf(() => ({ value: read(reader), pos: reader.pos }), TlError)
}

function sameError(a: Outcome<unknown>, b: Outcome<unknown>): boolean {
  return 'error' in a && 'error' in b && a.error.message === b.error.message
}

function withWord(word: number, bytes: Uint8Array): Uint8Array {
  const head = new Uint8Array(4)
  view(head).setUint32(0, word, true)
  return concat(head, bytes)
}

/** A deep value: text in text, as deep as allowed and deeper. */
const nested = (depth: number): Uint8Array => {
  const bytes = new Uint8Array(4 * depth)
  for (let at = 0; at < bytes.length; at += 4) view(bytes).setUint32(at, 0x6724abc4, true)
  return bytes
}

export const target: FuzzTarget = {
  name: 'tl-results',
  about: 'every type the client reads: both forms agree on value or error; values are written and read again',
  maxLength: 1024,
  steps: { base: 40_000, perByte: 100 },
  memory: { base: 4000, perByte: 16 },
  words: SUBJECTS.map(({ id }) => id),
  seeds: () => [withWord(checksum('RichText'), nested(63)), withWord(checksum('RichText'), nested(80))],
  run(input) {
    if (input.length < 4) return
    const word = view(input).getUint32(0, true)
    const subject = byId.get(word) ?? SUBJECTS[word % SUBJECTS.length]!
    const bytes = input.subarray(4)
    const first = readBy(subject.straight, bytes)
    if (subject.compact) {
      const second = readBy(subject.compact, bytes)
      must(sameError(first, second) || same(first, second), 'both forms of the code read the same')
    } else if (subject.id === target.words.at(-1)) {
      const second = readBy(compactMessages.readServerMessage, bytes)
      // The compact form knows only the messages that every client needs.
      const unknown = 'error' in second && second.error.message.includes('unknown constructor')
      must(unknown || sameError(first, second) || same(first, second), 'both forms of the code read the same')
    }
    if ('error' in first) {
      const { offset } = first.error as TlError
      must(offset >= 0 && offset <= bytes.length, 'an error stands inside of the bytes')
      return
    }
    must(first.value.pos <= bytes.length, 'nothing is read behind the end')
    if (!subject.write) return
    const writer = new TlWriter()
    subject.write(writer, first.value.value as never)
    const again = subject.straight(new TlReader(writer.finish()))
    must(same(again, first.value.value), 'a value is the same when written and read again')
  },
}
