/**
 * The files that every client uploads: small and large, in the two ways that the API knows.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from './job.ts'

/** Above 10 MiB, where `upload.saveBigFilePart` begins, and no whole number of parts. */
const VIDEO_SIZE = 20_000_001
const DOCUMENT_SIZE = 300_000

/** Bytes that do not repeat, the same in each run. */
function noise(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest()
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** Writes the samples to a folder. */
export function makeSamples(folder: string, videoSize = VIDEO_SIZE): Sample[] {
  const at = (name: string): string => join(folder, name)
  copyFileSync(new URL('../../../assets/demo.jpg', import.meta.url), at('demo.jpg'))
  writeFileSync(at('notes.bin'), noise('document', DOCUMENT_SIZE))
  writeFileSync(at('film.mp4'), noise('video', videoSize))
  const samples: Omit<Sample, 'size' | 'sha256'>[] = [
    {
      name: 'photo',
      path: at('demo.jpg'),
      fileName: 'demo.jpg',
      mimeType: 'image/jpeg',
      peer: 'self',
      width: 1280,
      height: 853,
    },
    {
      name: 'document',
      path: at('notes.bin'),
      fileName: 'notes.bin',
      mimeType: 'application/octet-stream',
      peer: 'empty',
    },
    {
      name: 'video',
      path: at('film.mp4'),
      fileName: 'film.mp4',
      mimeType: 'video/mp4',
      peer: 'self',
      width: 640,
      height: 360,
      duration: 12,
    },
  ]
  return samples.map((sample) => ({ ...sample, size: readFileSync(sample.path).length, sha256: sha256(sample.path) }))
}
