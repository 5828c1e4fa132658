/**
 * What the clients' programs in Node have in common: their job, their facts, their end.
 */
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import type { Decoded, Fact, Job } from './job.ts'

const FACTS = 3

/** The job this program was started with. */
export function readJob(): Job {
  return JSON.parse(process.argv.at(-1) ?? '') as Job
}

/** Tells the harness. */
export function tell(fact: Fact): void {
  writeSync(FACTS, `${JSON.stringify(fact)}\n`)
}

/** Tells of a download. */
export function tellDownloaded(sample: string, bytes: Uint8Array): void {
  tell({
    fact: 'downloaded',
    sample,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
}

/** Something that a client decoded, in the words of JSON. Whatever prints itself as a number, as libraries' longs do, is a string. */
export function decoded(value: unknown): Decoded {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(decoded)
  if (typeof value !== 'object') return value as Decoded
  const text = String(value)
  if (/^-?\d+$/.test(text)) return text
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, decoded(field)]))
}

/** Runs a program to its end; the process ends with it, whatever timers its client leaves behind. */
export async function main(program: (job: Job) => Promise<void>): Promise<never> {
  try {
    await program(readJob())
    tell({ fact: 'end' })
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
  process.exit(0)
}
