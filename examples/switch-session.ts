/** A login that was made with GramJS (or Telethon, Pyrogram, mtcute) goes on here, by the string that it was saved as. */
import { memoryStorage, photo, UploadClient } from 'mtproto-upload'
import { exportSession, importSession } from 'mtproto-upload/session-strings'
import { apiHash, apiId, file, sessionString } from './environment.js'

const storage = memoryStorage(importSession(sessionString)) // this line is the switch
const client = await UploadClient.connect({ apiId, apiHash, storage })
console.log(`logged in as ${client.user?.id}`)
const media = await client.uploadMedia({ media: photo(file) })
console.log(media._)
await client.close()

// And back: the same string for another library.
console.log(exportSession(storage.data ?? '', 'telethon').length > 300)
