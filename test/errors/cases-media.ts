/** `messages.uploadMedia`: errors of what is sent. */
import { memoryStorage, photo, type UploadClient } from '../../src/index.ts'
import type {
  InputFile,
  InputMedia,
  InputPhoto,
  inputMediaPoll,
  messageMediaPhoto,
} from '../../src/tl/generated/api-types.ts'
import { messagesUploadMedia } from '../../src/tl/generated/client/methods.ts'
import { jpeg, png } from '../lab/server/images.ts'
import { type Case, DICE, elsewhere, hurried, type Lab, send } from './lab.ts'

const KB = 1024
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8)) & 255)

const aDocument = (file: InputFile): InputMedia => ({
  _: 'inputMediaUploadedDocument',
  file,
  mimeType: 'a/b',
  attributes: [],
})

/** The bot uploads a photo of these bytes. */
const aPhoto =
  (data: Uint8Array, name = 'photo.jpg') =>
  async ({ bot }: Lab): Promise<unknown> =>
    (await bot()).uploadMedia({ media: photo({ data, name }) })

/** The bot uploads a file of two parts, and then says something else of it. */
const otherwise =
  (change: Partial<InputFile>) =>
  async ({ bot }: Lab): Promise<unknown> => {
    const client = await bot()
    const { inputFile } = await client.uploadFile(noise(200 * KB))
    return send(client, aDocument({ ...inputFile, ...change } as InputFile))
  }

const sending =
  (media: InputMedia) =>
  async ({ bot }: Lab): Promise<unknown> =>
    send(await bot(), media)

/** The bot uploads a photo, and sends it again under a reference that was changed. */
const again =
  (change: (lab: Lab, id: Extract<InputPhoto, { _: 'inputPhoto' }>) => InputPhoto) =>
  async (lab: Lab): Promise<unknown> => {
    const client = await lab.bot()
    const media = await client.uploadMedia({ media: photo({ data: jpeg(90, 90), name: 'a.jpg' }) })
    const { id, accessHash, fileReference } = (media as messageMediaPhoto).photo as Extract<
      messageMediaPhoto['photo'],
      { _: 'photo' }
    >
    return send(client, { _: 'inputMediaPhoto', id: change(lab, { _: 'inputPhoto', id, accessHash, fileReference }) })
  }

const text = (value: string) => ({ _: 'textWithEntities' as const, text: value, entities: [] })
const answers = (...texts: string[]) =>
  texts.map((value, i) => ({ _: 'pollAnswer' as const, text: text(value), option: Uint8Array.of(i) }))
const aPoll = (change: Partial<inputMediaPoll['poll']>, more: Partial<inputMediaPoll> = {}): Case['act'] =>
  sending({
    _: 'inputMediaPoll',
    poll: { _: 'poll', id: 0n, question: text('q'), answers: answers('a', 'b'), ...change },
    ...more,
  })

/** A request that breaks off in the middle. */
const damaged: typeof messagesUploadMedia = {
  ...messagesUploadMedia,
  write: (writer, request) => {
    messagesUploadMedia.write(writer, request)
    writer.pos -= 8
  },
}

/** What lies at an address of the world. */
const URL_OF_PHOTO = 'https://example.org/cat.jpg'
const external = (client: UploadClient): Promise<unknown> =>
  send(client, { _: 'inputMediaPhotoExternal', url: URL_OF_PHOTO })

export const MEDIA_CASES: readonly Case[] = [
  // files
  { type: 'FILE_PARTS_INVALID', code: 400, act: otherwise({ parts: 1 }) },
  { type: 'FILE_PARTS_INVALID', code: 400, act: otherwise({ parts: 4001 }) },
  { type: 'FILE_PART_X_MISSING', code: 400, text: 'FILE_PART_2_MISSING', act: otherwise({ parts: 3 }) },
  { type: 'FILE_PART_X_MISSING', code: 400, text: 'FILE_PART_0_MISSING', act: otherwise({ id: 77n }) },
  { type: 'MD5_CHECKSUM_INVALID', code: 400, act: otherwise({ md5Checksum: '0'.repeat(32) }) },
  {
    type: 'FILE_PART_LENGTH_INVALID',
    code: 400,
    act: async ({ bot }) => {
      const client = await bot()
      for (const filePart of [0, 1])
        await client.invoke({ _: 'upload.saveFilePart', fileId: 5n, filePart, bytes: noise(1000) })
      return send(client, aDocument({ _: 'inputFile', id: 5n, parts: 2, name: '', md5Checksum: '' }))
    },
  },
  { type: 'FILE_REFERENCE_EMPTY', code: 400, act: again((_, id) => ({ ...id, fileReference: new Uint8Array(0) })) },
  { type: 'FILE_REFERENCE_INVALID', code: 400, act: again((_, id) => ({ ...id, fileReference: noise(3) })) },
  {
    type: 'FILE_REFERENCE_EXPIRED',
    code: 400,
    act: again(({ world }, id) => {
      world.media.expireReferences()
      return id
    }),
  },
  // photos
  { type: 'IMAGE_PROCESS_FAILED', code: 400, act: aPhoto(noise(5000)) },
  { type: 'IMAGE_PROCESS_FAILED', code: 400, act: aPhoto(jpeg(90, 90).subarray(0, 20)) },
  { type: 'PHOTO_EXT_INVALID', code: 400, act: aPhoto(jpeg(90, 90), 'photo.txt') },
  { type: 'PHOTO_INVALID_DIMENSIONS', code: 400, act: aPhoto(jpeg(9000, 1001)) },
  { type: 'PHOTO_INVALID_DIMENSIONS', code: 400, act: aPhoto(png(2100, 100), 'p.png') },
  {
    type: 'PHOTO_SAVE_FILE_INVALID',
    code: 400,
    act: async ({ bot }) => {
      const client = await bot({ host: hurried })
      const bytes = new Uint8Array(10 * KB * KB + 1)
      bytes.set(jpeg(90, 90))
      const { inputFile: file } = await client.uploadFile(bytes)
      return send(client, { _: 'inputMediaUploadedPhoto', file })
    },
  },
  { type: 'MEDIA_INVALID', code: 400, act: sending({ _: 'inputMediaEmpty' }) },
  { type: 'MEDIA_INVALID', code: 400, act: again((_, id) => ({ ...id, accessHash: 1n })) },
  {
    type: 'TTL_MEDIA_INVALID',
    code: 400,
    act: async ({ bot }) => {
      const client = await bot()
      const { inputFile: file } = await client.uploadFile(jpeg(90, 90))
      return send(client, { _: 'inputMediaUploadedPhoto', file, ttlSeconds: 61 })
    },
  },
  // addresses
  {
    type: 'EXTERNAL_URL_INVALID',
    code: 400,
    act: sending({ _: 'inputMediaPhotoExternal', url: 'ftp://example.org/a' }),
  },
  { type: 'WEBPAGE_CURL_FAILED', code: 400, act: async ({ bot }) => external(await bot()) },
  {
    type: 'WEBPAGE_CURL_FAILED',
    code: 400,
    act: async ({ bot, world }) => {
      world.webFiles.set(URL_OF_PHOTO, { bytes: jpeg(9, 9), mimeType: 'image/jpeg', status: 503 })
      return external(await bot())
    },
  },
  {
    type: 'WEBPAGE_MEDIA_EMPTY',
    code: 400,
    act: async ({ bot, world }) => {
      world.webFiles.set(URL_OF_PHOTO, { bytes: new Uint8Array(0), mimeType: 'image/jpeg' })
      return external(await bot())
    },
  },
  {
    type: 'Timeout',
    code: -503,
    dc: { behaviour: { fetchTimeout: 20 } },
    act: async ({ bot, world }) => {
      world.webFiles.set(URL_OF_PHOTO, { bytes: jpeg(9, 9), mimeType: 'image/jpeg', delay: 60_000 })
      return external(await bot({ host: hurried }))
    },
  },
  { type: 'WEBPAGE_NOT_FOUND', code: 400, act: sending({ _: 'inputMediaWebPage', url: 'https://example.org/' }) },
  { type: 'WEBPAGE_URL_INVALID', code: 400, act: sending({ _: 'inputMediaWebPage', url: 'nowhere' }) },
  // other kinds
  { type: 'EMOTICON_INVALID', code: 400, act: sending({ _: 'inputMediaDice', emoticon: '🐈' }) },
  { type: 'POLL_QUESTION_INVALID', code: 400, act: aPoll({ question: text('') }) },
  { type: 'POLL_ANSWERS_INVALID', code: 400, act: aPoll({ answers: answers('alone') }) },
  { type: 'POLL_ANSWER_INVALID', code: 400, act: aPoll({ answers: answers('a', 'b'.repeat(101)) }) },
  {
    type: 'POLL_OPTION_DUPLICATE',
    code: 400,
    act: aPoll({ answers: answers('a', 'b').map((one) => ({ ...one, option: Uint8Array.of(7) })) }),
  },
  { type: 'QUIZ_CORRECT_ANSWERS_EMPTY', code: 400, act: aPoll({ quiz: true }) },
  {
    type: 'QUIZ_CORRECT_ANSWERS_TOO_MUCH',
    code: 400,
    act: aPoll({ quiz: true }, { correctAnswers: [Uint8Array.of(0), Uint8Array.of(1)] }),
  },
  {
    type: 'QUIZ_CORRECT_ANSWER_INVALID',
    code: 400,
    act: aPoll({ quiz: true }, { correctAnswers: [Uint8Array.of(9)] }),
  },
  {
    type: 'QUIZ_MULTIPLE_INVALID',
    code: 400,
    act: aPoll({ quiz: true, multipleChoice: true }, { correctAnswers: [Uint8Array.of(0)] }),
  },
  {
    type: 'POLL_OPTION_INVALID',
    code: 400,
    act: aPoll({ answers: answers('a', 'b').map((one) => ({ ...one, option: new Uint8Array(0) })) }),
  },
  {
    type: 'TODO_ITEM_DUPLICATE',
    code: 400,
    act: sending({
      _: 'inputMediaTodo',
      todo: {
        _: 'todoList',
        title: text('t'),
        list: ['a', 'b'].map((value) => ({ _: 'todoItem', id: 1, title: text(value) })),
      },
    }),
  },
  {
    type: 'TODO_ITEMS_EMPTY',
    code: 400,
    act: sending({ _: 'inputMediaTodo', todo: { _: 'todoList', title: text('t'), list: [] } }),
  },
  // the call itself
  {
    type: 'INPUT_FETCH_FAIL',
    code: 400,
    act: async ({ bot }) =>
      (await bot()).call(damaged, { _: 'messages.uploadMedia', peer: { _: 'inputPeerSelf' }, media: DICE }),
  },
  {
    type: 'AUTH_KEY_DUPLICATED',
    code: 406,
    act: async ({ person, connect }) => {
      const storage = memoryStorage()
      const here = await person({ storage })
      await connect({ storage: memoryStorage(storage.data), dial: elsewhere }).catch(() => {})
      return here.uploadMedia({ media: DICE })
    },
  },
]
