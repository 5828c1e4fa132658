/** An upload that goes on where it was when the process is killed: start it, kill it, start it again. */
import { document, UploadClient } from 'mtproto-upload'
import { file, settings } from './environment.js'

const client = await UploadClient.connect({ ...settings, storage: 'resume.session' })
const media = await client.uploadMedia({
  media: document(file),
  resume: 'unfinished', // a folder for notes of what has arrived
  onEvent(event) {
    if (event.type === 'resume') console.log(`going on: ${event.parts} parts are there already`)
    if (event.type === 'part') console.log(`part ${event.part}`)
  },
})
console.log(`done: ${media._}`)
await client.close()
