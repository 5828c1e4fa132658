/** Uploads all files that are named, eight at a time; one that fails does not sink the rest: `many-files.ts a.pdf b.pdf …` */
import process from 'node:process'
import { document, UploadClient } from 'mtproto-upload'
import { settings } from './environment.js'

const paths = process.argv.slice(2)
const client = await UploadClient.connect(settings)
for await (const outcome of client.uploadMany(
  paths.map((path) => document(path)),
  { concurrency: 8 },
)) {
  const path = paths[outcome.index]
  if (outcome.status === 'fulfilled') console.log(`${path}: ${outcome.media._}`)
  else console.log(`${path}: ${(outcome.error as Error).message}`)
}
await client.close()
