/**
 * A program that was written for GramJS: an upload by classes, for somebody's username.
 *
 * Only the import is another one. It goes on with a session string, of GramJS or of `session.save()`: MTPROTO_SESSION.
 */
import { Buffer } from 'node:buffer'
import { statSync } from 'node:fs'
import { Api, CustomFile, StringSession, TelegramClient } from 'mtproto-upload/familiar'
import { apiHash, apiId, file, sessionString } from './environment.js'

const session = new StringSession(sessionString)
const client = new TelegramClient(session, apiId, apiHash, {})

await client.connect() // the session is logged in; start() would log in

const result = await client.invoke(
  new Api.messages.UploadMedia({
    peer: 'username',
    media: new Api.InputMediaUploadedPhoto({
      file: await client.uploadFile({
        file: new CustomFile('demo.jpg', statSync(file).size, file),
        workers: 1,
      }),
      stickers: [
        new Api.InputDocument({
          id: BigInt('-4156887774564'),
          accessHash: BigInt('-4156887774564'),
          fileReference: Buffer.from('the reference that came with the sticker'),
        }),
      ],
      ttlSeconds: 43,
    }),
  }),
)
console.log(result)

await client.disconnect()
