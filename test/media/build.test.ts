/** Builders of media: what they ask of a probe, what they refuse, and which combinations do not compile. */
import { describe, expect, test } from 'vitest'
import { type MediaFileOptions, type MediaTools, resolveMedia } from '../../src/files/index.ts'
import {
  animation,
  audio,
  contact,
  dice,
  document,
  external,
  type FileLike,
  game,
  invoice,
  liveLocation,
  location,
  type MediaLike,
  type ProbedFile,
  type ProbeWish,
  paid,
  photo,
  poll,
  quiz,
  stakeDice,
  sticker,
  story,
  todo,
  venue,
  video,
  videoNote,
  voice,
  webPage,
  withFiles,
} from '../../src/index.ts'
import { packWaveform } from '../../src/media/builders/index.ts'
import type { InputFile, InputMedia, InputPhoto, MessageMedia } from '../../src/tl/generated/api-types.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const PRICE = { label: 'Hat', amount: 100 }
const CLIP = { width: 640, height: 360, duration: 2.5 }
const BEFORE: InputFile = { _: 'inputFileBig', id: 9n, parts: 3, name: 'old.mp4' }
const COVER: InputPhoto = { _: 'inputPhoto', id: 1n, accessHash: 2n, fileReference: Uint8Array.of(3) }
const PHOTO: MessageMedia = {
  _: 'messageMediaPhoto',
  photo: { _: 'photo', id: 5n, accessHash: 6n, fileReference: Uint8Array.of(7), date: 0, sizes: [], dcId: 2 },
}

interface Bench {
  readonly asked: [file: FileLike, options: MediaFileOptions][]
  readonly made: MediaLike[]
  resolve(media: MediaLike): Promise<InputMedia>
}

/** Tools that note what they are asked for. */
function bench(answer: MessageMedia = PHOTO): Bench {
  const asked: Bench['asked'] = []
  const made: MediaLike[] = []
  const tools: MediaTools = {
    host: new VirtualHost(),
    async upload(file, options) {
      asked.push([file, options])
      const name = options.fileName ?? (typeof file === 'string' ? file : undefined)
      const inputFile: InputFile = {
        _: 'inputFile',
        id: BigInt(asked.length),
        parts: 1,
        name: name ?? '?',
        md5Checksum: '',
      }
      return { inputFile, name, type: undefined }
    },
    async make(media) {
      made.push(media)
      return answer
    },
  }
  return { asked, made, resolve: (media) => resolveMedia(media, tools) }
}

/** A probe that finds this. */
function finds(found: ProbedFile): {
  probe: (file: FileLike, wish?: ProbeWish) => Promise<ProbedFile>
  seen: unknown[]
} {
  const seen: unknown[] = []
  return {
    seen,
    probe: async (file, wish) => {
      seen.push(file, wish?.kind)
      return found
    },
  }
}

describe('a probe', () => {
  test('finds what is not told, and what is told comes before it', async () => {
    const { probe, seen } = finds({
      ...CLIP,
      mimeType: 'video/x',
      supportsStreaming: true,
      hasSound: false,
      thumb: 't.jpg',
    })
    const { resolve, asked } = bench()
    expect(await resolve(video('a.mp4', { probe, width: 2 }))).toMatchObject({
      mimeType: 'video/x',
      thumb: { name: 't.jpg' },
      attributes: [{ w: 2, h: 360, duration: 2.5, supportsStreaming: true, nosound: true }, {}],
    })
    expect(seen).toEqual(['a.mp4', 'video'])
    expect(asked.map(([file, { kind }]) => [file, kind])).toEqual([
      ['t.jpg', 'thumb'],
      ['a.mp4', 'file'],
    ])
  })

  test.each<[string, MediaLike, object]>([
    [
      'audio',
      audio('a.mp3', { probe: finds({ duration: 3.6, title: 'T', performer: 'P' }).probe }),
      { duration: 4, title: 'T', performer: 'P' },
    ],
    [
      'audio that is told',
      audio('a.mp3', { probe: finds({ duration: 3, title: 'T' }).probe, title: 'U' }),
      { duration: 3, title: 'U' },
    ],
    [
      'voice',
      voice('a.ogg', { probe: finds({ duration: 3, waveform: [1] }).probe }),
      { voice: true, waveform: Uint8Array.of(1) },
    ],
    ['voice, packed', voice('a.ogg', { duration: 1, waveform: Uint8Array.of(9) }), { waveform: Uint8Array.of(9) }],
    ['video note', videoNote('a.mp4', { probe: finds({ ...CLIP }).probe }), { roundMessage: true, w: 360, h: 360 }],
    ['animation', animation('a.mp4', { probe: finds({ ...CLIP }).probe }), { w: 640, h: 360 }],
    [
      'GIF',
      animation('a.gif', { probe: finds({ width: 3, height: 4 }).probe }),
      { _: 'documentAttributeImageSize', w: 3, h: 4 },
    ],
    ['sticker', sticker('a.webp', { emoji: 'x', probe: finds({ width: 3, height: 4 }).probe }), { w: 3, h: 4 }],
  ])('%s', async (_name, media, attribute) => {
    const made = await bench().resolve(media)
    expect((made as { attributes: object[] }).attributes[0]).toMatchObject(attribute)
  })

  test('may have read a file that is read once, and gives another for it', async () => {
    const { resolve, asked } = bench()
    const once = new Blob(['x']).stream()
    await resolve(document(once, { probe: finds({ file: 'whole', mimeType: 'a/b' }).probe }))
    expect(asked.map(([file]) => file)).toEqual(['whole'])
  })

  test('gives back a file that is let go when nobody will read it', async () => {
    let closed = 0
    const file: FileLike = { kind: 'random', size: 1, range: () => new Uint8Array(1), close: () => void closed++ }
    const { probe } = finds({ file })
    await expect(bench().resolve(video('a.mp4', { probe }))).rejects.toThrow(/needs width/)
    await expect(
      bench({ _: 'messageMediaEmpty' }).resolve(video('a.mp4', { ...CLIP, probe, cover: 'c.jpg' })),
    ).rejects.toThrow(/cover/)
    expect(closed).toBe(2)
    const stop = new AbortController()
    let found: (file: ProbedFile) => void = () => {}
    const late = video('a.mp4', { probe: () => new Promise((resolve) => (found = resolve)) })
    const made = resolveMedia(late, { signal: stop.signal, host: new VirtualHost() } as unknown as MediaTools)
    stop.abort(new Error('enough'))
    await expect(made).rejects.toThrow('enough')
    found({ file })
    await expect.poll(() => closed).toBe(3)
  })

  test('is not asked of what was uploaded before, nor of who told everything it could find', async () => {
    const { probe, seen } = finds({})
    expect(await bench().resolve(video(BEFORE, { ...CLIP, probe }))).toMatchObject({ file: BEFORE })
    expect(seen).toEqual([])
  })

  test('of a photo refuses what the server would, before it is sent', async () => {
    const { resolve, asked } = bench()
    const found = (facts: ProbedFile): MediaLike => photo('a.jpg', { probe: finds(facts).probe, spoiler: true })
    await expect(resolve(found({ width: 6000, height: 4001 }))).rejects.toThrow(/6000×4001 pixels, more than 10000/)
    await expect(resolve(found({ width: 21, height: 1 }))).rejects.toThrow(/21×1 pixels one side is more than 20 times/)
    await expect(resolve(found({ mimeType: 'video/mp4' }))).rejects.toThrow(/it is video\/mp4; send it as a document/)
    expect(asked).toEqual([])
    expect(
      Object.keys(await resolve(found({ width: 6000, height: 4000, file: 'whole', mimeType: 'image/png' }))).toSorted(),
    ).toEqual(['_', 'file', 'spoiler'])
    expect(asked.map(([file]) => file)).toEqual(['whole'])
    expect(await resolve(photo(BEFORE, { probe: finds({ width: 99_999, height: 1 }).probe }))).toMatchObject({
      file: BEFORE,
    })
  })

  test('that takes long does not outlive an abort', async () => {
    const stop = new AbortController()
    const media = video('a.mp4', { probe: () => new Promise(() => {}) })
    const tools = { signal: stop.signal, host: new VirtualHost() } as unknown as MediaTools
    const made = resolveMedia(media, tools)
    stop.abort(new Error('enough'))
    await expect(made).rejects.toThrow('enough')
  })
})

describe('what the protocol demands and nobody knows', () => {
  test('what the probe says of it is told', async () => {
    const problems = [new Error('there is no index in it\nat byte 5'), new Error('another')]
    await expect(bench().resolve(audio('a.mp3', { ...finds({ problems }) }))).rejects.toThrow(
      /finds it in this file; the one given says: there is no index in it$/,
    )
  })

  test('no media to fill with files is told', async () => {
    await expect(bench().resolve(withFiles(null as never))).rejects.toThrow(/this is no media/)
  })

  const { probe } = finds({})
  test.each<[string, MediaLike, RegExp]>([
    [
      'video',
      video('a.mp4', { probe }),
      /video\(\) needs width, height, duration; width, height, duration must be numbers above 0/,
    ],
    ['video of 0 s', video('a.mp4', { ...CLIP, duration: 0 }), /duration must be a number above 0/],
    ['video of no width', video('a.mp4', { ...CLIP, width: Number.NaN }), /width must be a number/],
    ['audio', audio('a.mp3', { probe }), /audio\(\) needs duration/],
    ['voice', voice('a.ogg', { probe }), /voice\(\) needs duration/],
    ['video note', videoNote('a.mp4', { probe }), /videoNote\(\) needs duration, length/],
    ['animation', animation('a.mp4', { probe }), /animation\(\) needs width, height, duration/],
    ['waveform', voice('a.ogg', { duration: 1, waveform: [32] }), /whole numbers from 0 to 31, not 32/],
  ])('%s: is asked for before anything is sent', async (_name, media, message) => {
    const { resolve, asked } = bench()
    await expect(resolve(media)).rejects.toThrow(message)
    expect(asked).toEqual([])
  })

  test('of an animation without a name is asked for when its type is known', async () => {
    await expect(bench().resolve(animation(new Uint8Array(1), { probe }))).rejects.toThrow(/animation\(\) needs/)
  })
})

test('a GIF needs nothing, by its name or its type', async () => {
  const { resolve } = bench()
  const animated = { _: 'documentAttributeAnimated' }
  expect(await resolve(animation('a.gif'))).toMatchObject({
    mimeType: 'image/gif',
    attributes: [animated, { fileName: 'a.gif' }],
  })
  expect(await resolve(animation(new Uint8Array(1), { mimeType: 'image/gif', width: 3, height: 4 }))).toMatchObject({
    mimeType: 'image/gif',
    attributes: [{ _: 'documentAttributeImageSize', w: 3, h: 4 }, animated],
  })
})

test('a video stays one without sound; voice messages and video notes have no name', async () => {
  const { resolve } = bench()
  expect(await resolve(video('a.mp4', CLIP))).toMatchObject({ nosoundVideo: true })
  for (const media of [voice('a.ogg', { duration: 1 }), videoNote('a.mp4', { duration: 1, length: 2 })]) {
    const { attributes } = (await resolve(media)) as { attributes: object[] }
    expect(attributes.length).toBe(1)
  }
})

describe('covers', () => {
  test('that are photos on the server are taken as they are; files become photos first', async () => {
    const { resolve, made } = bench()
    expect(await resolve(video('a.mp4', { ...CLIP, cover: COVER }))).toMatchObject({ videoCover: COVER })
    expect(made).toEqual([])
    expect(await resolve(video('a.mp4', { ...CLIP, cover: 'c.jpg' }))).toMatchObject({
      videoCover: { _: 'inputPhoto', id: 5n },
    })
    expect(await resolve(document('a.mp4', { videoCover: 'c.jpg' }))).toMatchObject({ videoCover: { id: 5n } })
    expect(made.length).toBe(2)
  })

  test('of which the server makes no photo are an error', async () => {
    const { resolve } = bench({ _: 'messageMediaEmpty' })
    await expect(resolve(video('a.mp4', { ...CLIP, cover: 'c.jpg' }))).rejects.toThrow(/cover/)
  })
})

test('waveforms are packed from the lowest bit on, as 5 bits a number', () => {
  expect(packWaveform([])).toEqual(new Uint8Array())
  expect(packWaveform([31])).toEqual(Uint8Array.of(31))
  expect(packWaveform([1, 2, 3, 4, 5, 6, 7, 8])).toEqual(Uint8Array.of(0x41, 0x0c, 0x52, 0xcc, 0x41))
  const levels = Array.from({ length: 100 }, (_, i) => (i * 7) % 32)
  const packed = packWaveform(levels)
  const all = packed.reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n)
  expect(levels.map((_, i) => Number((all >> BigInt(5 * i)) & 31n))).toEqual(levels)
  expect(packed.length).toBe(63)
})

test('a raw constructor without files is the same object', async () => {
  const raw: InputMedia = { _: 'inputMediaUploadedPhoto', file: BEFORE }
  expect(await bench().resolve(withFiles(raw))).toBe(raw)
})

test('an invoice in money says what is asked and told', async () => {
  const made = await bench().resolve(
    invoice({
      title: 'Hat',
      description: 'A hat',
      payload: 'hät',
      currency: 'EUR',
      prices: [{ label: 'Hat', amount: 1200 }],
      provider: '1:TEST:x',
      providerData: { receipt: 1 },
      ask: ['name', 'phone', 'email', 'address'],
      tellProvider: ['phone', 'email'],
      flexible: true,
      tips: { max: 500, suggested: [100, 200] },
      recurringTerms: 'https://example.org/terms',
      test: true,
      startParam: 's',
    }),
  )
  expect(made).toEqual({
    _: 'inputMediaInvoice',
    title: 'Hat',
    description: 'A hat',
    payload: new TextEncoder().encode('hät'),
    provider: '1:TEST:x',
    providerData: { _: 'dataJSON', data: '{"receipt":1}' },
    startParam: 's',
    invoice: {
      _: 'invoice',
      test: true,
      nameRequested: true,
      phoneRequested: true,
      emailRequested: true,
      shippingAddressRequested: true,
      phoneToProvider: true,
      emailToProvider: true,
      flexible: true,
      recurring: true,
      termsUrl: 'https://example.org/terms',
      maxTipAmount: 500n,
      suggestedTipAmounts: [100n, 200n],
      currency: 'EUR',
      prices: [{ _: 'labeledPrice', label: 'Hat', amount: 1200n }],
    },
  })
})

test('dates of polls are seconds', () => {
  expect(poll('q', ['a', 'b'], { closeAt: 1_700_000_000_999 }).poll).toMatchObject({ closeDate: 1_700_000_000 })
})

describe('in plain JavaScript', () => {
  // What is given here has the wrong types on purpose.
  const wrong: [string, (...given: never[]) => unknown, unknown[], RegExp][] = [
    ['photo', photo, [], /photo\(\) takes a file first, not nothing/],
    ['photo', photo, ['a', null], /photo\(\) takes its options as an object, not null/],
    ['document', document, [null], /document\(\) takes a file first, not null/],
    ['document', document, ['a', null], /document\(\) takes its options/],
    ['video', video, ['a'], /video\(\) takes its options as an object, not nothing/],
    ['animation', animation, ['a', 5], /animation\(\) takes its options as an object, not a number/],
    ['videoNote', videoNote, ['a', []], /videoNote\(\) .* not an array/],
    ['audio', audio, ['a', 'b'], /audio\(\) .* not a string/],
    ['voice', voice, [''], /voice\(\) takes a file first, not the empty string/],
    ['sticker', sticker, ['a'], /sticker\(\) /],
    ['external', external, ['https://a', null], /external\(\) /],
    ['contact', contact, [], /contact\(\) /],
    ['location', location, [], /location\(\) /],
    ['liveLocation', liveLocation, [], /liveLocation\(\) /],
    ['venue', venue, [null], /venue\(\) /],
    ['poll', poll, ['q', 'a'], /poll\(\) takes an array of texts/],
    ['poll', poll, ['q', ['a', 'b'], null], /poll\(\) takes its options/],
    ['quiz', quiz, ['q', ['a', 'b']], /quiz\(\) takes its options/],
    ['quiz', quiz, ['q', ['a', 'b'], { correct: 2 }], /cannot be 2: its answers count from 0 to 1/],
    ['todo', todo, ['t', undefined], /todo\(\) takes an array/],
    ['stakeDice', stakeDice, [], /stakeDice\(\) /],
    ['webPage', webPage, ['https://a', 1], /webPage\(\) /],
    ['paid', paid, [{ stars: 1, media: [] }], /paid\(\) takes as media an array/],
    ['invoice', invoice, [], /invoice\(\) /],
    ['invoice', invoice, [{ currency: 'XTR', provider: 'x', prices: [] }], /stars have no provider/],
    ['invoice', invoice, [{ currency: 'XTR' }], /invoice\(\) takes as prices an array/],
    ['invoice', invoice, [{ currency: 'XTR', prices: {} }], /invoice\(\) takes as prices an array/],
    ['invoice', invoice, [{ currency: 'XTR', prices: [{ amount: 1.5 }] }], /as amount a whole number, not 1\.5/],
    ['paid', paid, [{ media: ['a'] }], /paid\(\) takes as stars a whole number, not undefined/],
    ['paid', paid, [{ stars: 1.5, media: ['a'] }], /a whole number, not 1\.5/],
    ['paid', paid, [{ stars: 1, media: Array.from({ length: 11 }) }], /an array of 1 to 10 photos and videos/],
    ['game', game, [], /game\(\) takes its options as an object, not nothing/],
    ['quiz', quiz, ['q', ['a', 'b'], { correct: 'length' }], /cannot be length/],
    ['liveLocation', liveLocation, [{ latitude: 1, longitude: 2 }], /needs period: seconds, or 'forever'/],
    ['voice', voice, ['a', { duration: 1, waveform: 'loud' }], /voice\(\) takes as waveform an array/],
    ['document', document, ['a', { attributes: 'video' }], /document\(\) takes as attributes an array/],
    ['video', video, ['a', { probe: true }], /video\(\) takes as probe a function, .*, not a boolean/],
    ['photo', photo, ['a', { probe: {} }], /photo\(\) takes as probe a function, .*, not an object/],
    ['video', video, ['a', { ...CLIP, duration: Infinity }], /as duration a number above 0, not Infinity/],
    ['video', video, ['a', { ...CLIP, width: '640' }], /as width a number above 0, not a string/],
  ]
  test.each(wrong)('%s() names what is wrong', (_name, build, given, message) => {
    expect(() => build(...(given as never[]))).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    )
  })
})

test('wrong combinations do not compile', () => {
  const unsound = (): unknown[] => [
    // @ts-expect-error: a video has sizes
    video('a.mp4', { duration: 1 }),
    // @ts-expect-error: stars have no provider
    invoice({ title: 't', description: 'd', payload: 'p', currency: 'XTR', prices: [PRICE], provider: 'x' }),
    // @ts-expect-error: and one price
    invoice({ title: 't', description: 'd', payload: 'p', currency: 'XTR', prices: [PRICE, PRICE] }),
    // @ts-expect-error: a voice message has no title
    voice('a.ogg', { duration: 1, title: 'T' }),
    // @ts-expect-error: nor a picture
    voice('a.ogg', { duration: 1, thumb: 't.jpg' }),
    // @ts-expect-error: nor a spoiler
    voice('a.ogg', { duration: 1, spoiler: true }),
    // @ts-expect-error: music has a duration
    audio('a.mp3', { title: 'T' }),
    // @ts-expect-error: music does not destroy itself
    audio('a.mp3', { duration: 1, ttlSeconds: 5 }),
    // @ts-expect-error: nor does an animation
    animation('a.mp4', { ...CLIP, ttlSeconds: 5 }),
    // @ts-expect-error: an animation that is no GIF has sizes
    animation('a.mp4'),
    // @ts-expect-error: a video note is as wide as high
    videoNote('a.mp4', { duration: 1, width: 3 }),
    // @ts-expect-error: a sticker stands for an emoji
    sticker('a.webp', {}),
    // @ts-expect-error: a photo on the web has no cover
    external('https://a', { as: 'photo', cover: 'c.jpg' }),
    // @ts-expect-error: a poll has no right answer
    poll('q', ['a', 'b'], { correct: 1 }),
    // @ts-expect-error: a quiz has one
    quiz('q', ['a', 'b'], {}),
    // @ts-expect-error: a quiz has one right answer
    quiz('q', ['a', 'b'], { correct: 1, multipleChoice: true }),
    // @ts-expect-error: a poll is closed after a time or at a time
    poll('q', ['a', 'b'], { closeAfter: 5, closeAt: 6 }),
    // @ts-expect-error: music cannot be sold
    paid({ stars: 1, media: [audio('a.mp3', { duration: 1 })] }),
    // @ts-expect-error: nor a plain file
    paid({ stars: 1, media: [document('a')] }),
    // @ts-expect-error: nor nothing
    paid({ stars: 1, media: [] }),
    // @ts-expect-error: money goes through a provider
    invoice({ title: 't', description: 'd', payload: 'p', currency: 'EUR', prices: [{ label: 'l', amount: 1 }] }),
    // @ts-expect-error: a preview is large or small
    webPage('https://a', { size: 'medium' }),
    // @ts-expect-error: a live location lasts for a while
    liveLocation({ latitude: 1, longitude: 2 }),
    // @ts-expect-error: a raw constructor keeps its other fields
    withFiles({ _: 'inputMediaUploadedPhoto' }),
    // @ts-expect-error: what is no cover is none
    withFiles({ _: 'inputMediaUploadedDocument', file: 'a', mimeType: 'a/b', attributes: [], videoCover: 5 }),
  ]
  expect(unsound).toBeTypeOf('function')
  // These do.
  const sound: MediaLike[] = [
    video('a.mp4', { probe: async () => ({}) }),
    paid({
      stars: 1n,
      media: [
        photo('a'),
        video('b', CLIP),
        external('https://a', { as: 'photo' }),
        { _: 'inputMediaUploadedPhoto', file: 'c' },
      ],
    }),
    dice('🎲'),
    game({ id: 1n, accessHash: 2n }),
    story('me', 1),
  ]
  expect(sound.length).toBe(5)
})
