/**
 * Fuzzes the reader of the Bot API's file_ids: as they come, and with the zeros and the base64 put right, so that what is wrong is
 * inside.
 */
import { toBareBase64Url } from '../../../base64.ts'
import { concat } from '../../../bytes.ts'
import { UsageError } from '../../../errors.ts'
import { type FileId, formatFileId, isPhoto, parseFileId, readFileId } from '../../../media/file-id.ts'
import { packZeros } from '../../../media/zeros.ts'
import { same } from '../equal.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

/** Bytes at the end with the versions of the format. */
const TAIL = 2

/** The first byte says whether the rest is packed already. */
function textOf(input: Uint8Array): string {
  const rest = input.subarray(1)
  if (input[0]! & 1) return toBareBase64Url(rest)
  return toBareBase64Url(concat(packZeros(rest.subarray(0, -TAIL)), rest.subarray(-TAIL)))
}

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))

const file: FileId = { type: 'video', dcId: 2, id: 5n, accessHash: -6n, fileReference: Uint8Array.of(1, 0, 0, 2) }
/** Of a file on the web, and of a photo of the oldest form. */
const OTHERS = [
  'BQACAQIAAxlodHRwczovL2V4YW1wbGUuY29tL2EuZ2lmAAIJAAc6BA',
  'AgADBAADKwABU83d6LBJed8NhkhwAALIAAcsAQAGkAEAAgI',
]

export const target: FuzzTarget = {
  name: 'file-id',
  about: 'file_ids of the Bot API; those that name a file are the same when written and read again',
  maxLength: 400,
  steps: { base: 3000, perByte: 700 },
  memory: { base: 8000, perByte: 400 },
  words: [1 << 24, 1 << 25, 5, 2],
  seeds: () =>
    [formatFileId(file), formatFileId({ ...file, type: 'photo', size: 'x' }), ...OTHERS].map((text) =>
      concat(Uint8Array.of(1), bytesOf(text)),
    ),
  run(input) {
    if (input.length === 0) return
    const first = outcomeOf(() => readFileId(textOf(input)), UsageError)
    if ('error' in first) return
    if ('url' in first.value) return must(/^https?:/.test(first.value.url), 'an address is one')
    const { type, size } = first.value
    must(isPhoto(type) || size === undefined, 'only photos have a size')
    // Those of old forms do not say which size they are of.
    const whole = isPhoto(type) && size === undefined ? { ...first.value, size: 'x' } : first.value
    must(same(parseFileId(formatFileId(whole)), whole), 'a file_id is the same when written and read again')
  },
}
