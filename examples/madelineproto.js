/**
 * A program that was written for MadelineProto, from PHP to JavaScript: arrows are dots, arrays are objects.
 *
 * Files stand as paths where the schema has an InputFile, and names of fields may be those of the schema.
 */
import { API } from 'mtproto-upload/familiar'
import { file, settings } from './environment.js'

const MadelineProto = new API('session.madeline', settings)
await MadelineProto.start()

const InputPeer = '@username'
const InputMedia = { _: 'inputMediaUploadedPhoto', file, ttl_seconds: 43 }

const MessageMedia = await MadelineProto.messages.uploadMedia({ peer: InputPeer, media: InputMedia })
console.log(MessageMedia)

// What came back can be given again, as can messages and updates with a media in them, and file_ids of the Bot API.
const again = await MadelineProto.messages.uploadMedia({ peer: InputPeer, media: MessageMedia })
console.log(again._)

await MadelineProto.stop()
