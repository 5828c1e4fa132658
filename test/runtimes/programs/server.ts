/**
 * What is done in Node, Bun and Deno: every way to the server, every kind of source, and what is kept in files. Only what the
 * packed package exports is used. Prints one JSON line for each task, and must end by itself.
 */
import { readFile } from 'node:fs/promises'
import { type ConnectOptions, document, type MtprotoError, photo, UploadClient } from 'mtproto-upload'
import { phoneLogin } from 'mtproto-upload/login'
import { CODE, FILE_SIZE, type Job, PASSWORD, PHONE, runTasks, sampleBytes, uploading } from '../harness/facts.ts'

const job = JSON.parse(process.env.JOB!) as Job
const { dcId, host, port, key, file, folder } = job
const dc = { id: dcId, host, port, serverKeys: [key] }
const bot = { apiId: 1, apiHash: 'hash', botToken: '123:token', dc }

const upload = uploading((options?: Partial<ConnectOptions>) => UploadClient.connect({ ...bot, ...options }))

/** The smallest PNG: one pixel. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (letter) => letter.charCodeAt(0),
)

const small = sampleBytes(700_000)

await runTasks(
  {
    'a path over intermediate': () => upload(document(file)),
    'a path over ws': () => upload(document(file), { transport: 'ws' }),
    'a path over http': () => upload(document(file), { transport: 'http' }),
    'a path over obfuscated': () => upload(document(file), { transport: 'obfuscated' }),
    'a path over full': () => upload(document(file), { transport: 'full' }),
    'a path with temporary keys': () => upload(document(file), { forwardSecrecy: true }),
    bytes: () => upload(document({ data: small, name: 'bytes' })),
    'a blob': () => upload(document(new File([small], 'blob'))),
    'a stream': () => upload(document(new Blob([small]).stream(), { fileName: 'stream' })),
    'an iterable': () =>
      upload(
        document(
          (async function* () {
            for (let at = 0; at < small.length; at += 100_000) yield small.subarray(at, at + 100_000)
          })(),
        ),
      ),
    'a photo': async () => {
      const client = await UploadClient.connect(bot)
      const media = await client.uploadMedia({ media: photo(PIXEL) })
      await client.close()
      return { made: media._ }
    },
    'many files': async () => {
      const client = await UploadClient.connect(bot)
      const outcomes: string[] = []
      const items = [1, 2, 3, 4, 5].map((n) => document(sampleBytes(100_000 * n)))
      for await (const { status } of client.uploadMany(items)) outcomes.push(status)
      await client.close()
      return { outcomes }
    },
    'a session in a file': async () => {
      const storage = `${folder}/a.session`
      await (await UploadClient.connect({ ...bot, storage })).close()
      const text = await readFile(storage, 'utf8')
      const { botToken: _, ...rest } = bot
      const again = await UploadClient.connect({ ...rest, storage })
      const { user } = again
      await again.close()
      return { kept: text.length > 500, user: `${user?.id}` }
    },
    'an upload that goes on': async () => {
      const resume = `${folder}/notes`
      const client = await UploadClient.connect(bot)
      const abort = new AbortController()
      let before = 0
      await client
        .uploadMedia({
          media: document(file),
          resume,
          signal: abort.signal,
          onEvent: ({ type }) => {
            if (type === 'part' && ++before === 12) abort.abort()
          },
        })
        .catch(() => {})
      let after = 0
      let resumed = 0
      const onEvent = (event: { readonly type: string; readonly parts?: number }): void => {
        if (event.type === 'part') after++
        if (event.type === 'resume') resumed = event.parts ?? 0
      }
      await client.uploadMedia({ media: document(file), resume, onEvent })
      await client.close()
      return { resumed: resumed > 5, parts: after + resumed }
    },
    'a login by phone and password': async () => {
      const { botToken: _, ...rest } = bot
      const login = phoneLogin({ phone: PHONE, code: () => CODE, password: () => PASSWORD })
      const client = await UploadClient.connect({ ...rest, login })
      const { user } = client
      await client.close()
      return { bot: user?.bot }
    },
    'a file that is not there': async () => {
      const error = await upload(document(`${folder}/nowhere`)).catch((thrown: MtprotoError) => thrown)
      return { code: (error as MtprotoError).code }
    },
    'a server that is not there': async () => {
      const error = await UploadClient.connect({ ...bot, dc: { ...dc, port: 1 } }).catch(
        (thrown: MtprotoError) => thrown,
      )
      return { code: (error as MtprotoError).code }
    },
    size: async () => ({ is: (await readFile(file)).length === FILE_SIZE }),
  },
  (fact) => console.log(JSON.stringify(fact)),
)
