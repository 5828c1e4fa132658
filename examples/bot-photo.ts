/** A bot uploads a photo, and tells what the Bot API calls it. */
import { photo, UploadClient } from 'mtproto-upload'
import { describeFile } from 'mtproto-upload/media'
import { file, settings } from './environment.js'

const client = await UploadClient.connect({ ...settings, storage: 'bot.session' })
const media = await client.uploadMedia({ peer: 'me', media: photo(file, { spoiler: true }) })
const facts = describeFile(media)
console.log(`${facts?.width} × ${facts?.height}, ${facts?.size} bytes`)
console.log(`file_id: ${facts?.fileId}`)
await client.close()
