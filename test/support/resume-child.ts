/**
 * Uploads one file with a journal, in a process that a test kills: `node resume-child.js JSON`.
 *
 * Every part that the caller is told of is written to a file of its own, so that the test knows afterwards what a caller
 * could have known.
 */
import { openSync, writeSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { document, UploadClient, type UploadEvent } from '../../src/index.ts'

/** What the child is told. */
export interface ChildJob {
  readonly dc: { readonly id: number; readonly host: string; readonly port: number; readonly serverKeys: string[] }
  readonly session: string
  readonly file: string
  readonly journal: string
  readonly partSize: number
  /** File for the numbers of the parts that the caller was told of, one a line. */
  readonly told: string
}

const { dc, session, file, journal, partSize, told } = JSON.parse(argv[2]!) as ChildJob
const log = openSync(told, 'a')
const onEvent = (event: UploadEvent): void => {
  if (event.type === 'part') writeSync(log, `${event.part}\n`)
  if (event.type === 'resume' || event.type === 'restart' || event.type === 'unnoted') {
    stdout.write(
      `${event.type} ${event.type === 'resume' ? event.parts : event.type === 'restart' ? event.reason : ''}\n`,
    )
  }
}
const client = await UploadClient.connect({ apiId: 1, apiHash: 'h', botToken: '42:token', dc, storage: session })
const media = await client.uploadMedia({ media: document(file), partSize, resume: journal, onEvent })
if (media._ === 'messageMediaDocument' && media.document?._ === 'document') stdout.write(`done ${media.document.id}\n`)
await client.close()
