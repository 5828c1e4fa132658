/**
 * The same as `gramjs.js` in TypeScript, where classes are types as well. It logs in a bot if there is no session string, and prints the
 * one to go on with.
 */
import { statSync } from 'node:fs'
import { Api, CustomFile, StringSession, TelegramClient } from 'mtproto-upload/familiar'
import { apiHash, apiId, botToken, dc, file, sessionString } from './environment.js'

const session = new StringSession(sessionString)
const client = new TelegramClient(session, apiId, apiHash, { dc })
if (sessionString === '') await client.start({ botAuthToken: botToken ?? '' })
else await client.connect()

const inputFile: Api.TypeInputFile = await client.uploadFile({
  file: new CustomFile('demo.jpg', statSync(file).size, file),
  workers: 1,
  onProgress: (progress) => console.error(`${Math.round(100 * progress)} %`),
})
const media: Api.InputMediaUploadedPhoto = new Api.InputMediaUploadedPhoto({ file: inputFile, spoiler: true })
const result: Api.MessageMedia = await client.invoke(new Api.messages.UploadMedia({ peer: 'username', media }))
if (result instanceof Api.MessageMediaPhoto) console.log('a photo, spoiler:', result.spoiler)

console.log('session:', session.save())
await client.disconnect()
