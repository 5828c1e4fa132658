/**
 * What must hold of every client over every transport, each check by its name.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { DcReport, SecretKind } from './dc.ts'
import type { Fact, Sample } from './job.ts'
import { type Outcome, type Program, runClient } from './run.ts'
import { type Plain, plainValue } from './values.ts'

/** One way in which a client speaks to the DC. */
export interface Way {
  /** As the client's program knows it. */
  readonly transport: string
  /** As the DC sees it. */
  readonly seen: string
  /** Through the MTProxy, with a secret of this kind. */
  readonly proxy?: SecretKind
  /** Bytes of the video, where the client is too slow for the usual 20 MB. */
  readonly videoSize?: number
}

/** A client of other people's. */
export interface Subject {
  readonly name: string
  readonly program: Program
  /** The layer of the API it speaks. */
  readonly layer: number
  /** What it calls the error USERNAME_NOT_OCCUPIED. */
  readonly notOccupied: string
  /** It tells the MD5 of small files; others leave the field empty. */
  readonly sendsMd5: boolean
  readonly ways: readonly Way[]
}

const BOT_ID = '4242'
const DC_ID = '2'
/** A file above this many bytes goes by `upload.saveBigFilePart`. https://core.telegram.org/api/files#uploading-files */
const BIG = 10 * 1024 * 1024
/** Seconds by which the date of a photo may differ from the clock here. */
const CLOCK_LIMIT = 300
/** From this layer on, the frame says that a document is a video. */
const VIDEO_LAYER = 189
/** Bytes of an authorization key, in hex digits. */
const KEY_DIGITS = 512

/** Declares the checks of one client. */
export function checkClient(subject: Subject): void {
  for (const way of subject.ways) {
    const through = way.proxy ? `, through an MTProxy with a ${way.proxy} secret` : ''
    void describe(`${subject.name}, ${way.seen}${through}`, () => checkWay(subject, way))
  }
}

/** The runner itself waits for what `test` returns. */
function check(name: string, run: () => void): void {
  void test(name, run)
}

function checkWay(subject: Subject, way: Way): void {
  let outcome: Outcome

  before(async () => {
    outcome = await runClient(subject.program, way.transport, way)
  })

  /** A fact that the client told; throws with what it said if it did not get there. */
  function fact<N extends Fact['fact']>(name: N, sample?: string): Extract<Fact, { fact: N }> {
    const found = outcome.facts.find(
      (one): one is Extract<Fact, { fact: N }> =>
        one.fact === name && (sample === undefined || (one as { sample?: string }).sample === sample),
    )
    if (found === undefined) assert.fail(`the client did not get to "${name}": ${outcome.ending}`)
    return found
  }

  const report = (): NonNullable<Outcome['report']> => {
    assert.ok(outcome.report, 'the DC has nothing to report')
    return outcome.report
  }
  const sampleOf = (name: Sample['name']): Sample => outcome.samples.find((sample) => sample.name === name)!

  check('agrees on an authorization key, and both ends have the same', () => {
    const { authKey } = fact('key')
    assert.equal(authKey.length, KEY_DIGITS)
    assert.ok(report().authKeys.includes(authKey), 'the DC has another key')
  })

  check('logs in as a bot', () => {
    const user = plainValue(fact('login').user)
    const { id, bot, self, isSelf, firstName } = user as Record<string, Plain>
    assert.deepEqual(
      { id, bot, self: self ?? isSelf, firstName },
      { id: BOT_ID, bot: true, self: true, firstName: 'Bot 4242' },
    )
    assert.equal(report().requests['auth.importBotAuthorization'], 1)
  })

  for (const name of ['photo', 'document', 'video'] as const) {
    const isSmall = way.videoSize !== undefined && way.videoSize <= BIG
    const what = { photo: 'a photo', document: 'a document', video: isSmall ? 'a video' : 'a big video' }[name]
    check(`uploads ${what}`, () => {
      const { file } = fact('uploaded', name)
      const { size } = sampleOf(name)
      const { _: kind, parts, md5Checksum } = plainValue(file) as Record<string, Plain>
      assert.equal(kind, size > BIG ? 'inputFileBig' : 'inputFile')
      assert.ok(Number(parts) >= Math.ceil(size / 524_288))
      if (size <= BIG && subject.sendsMd5) assert.match(String(md5Checksum), /^[0-9a-f]{32}$/)
    })

    check(`turns ${what} into MessageMedia and decodes every field of it`, () => {
      const media = plainValue(fact('media', name).media)
      const { id, accessHash, fileReference, date, ...rest } = shown(media)
      assert.deepEqual(rest, expectedMedia(sampleOf(name), subject.layer))
      assert.match(String(id), /^[1-9]\d{10,18}$/)
      assert.match(String(accessHash), /^-?\d{10,19}$/)
      assert.match(String(fileReference), /^[0-9a-f]{50}$/)
      assert.ok(Math.abs(Number(date) - Date.now() / 1000) < CLOCK_LIMIT, `the date is ${String(date)}`)
    })

    check(`reads ${what} back, byte for byte`, () => {
      const { size, sha256 } = sampleOf(name)
      assert.deepEqual(fact('downloaded', name), { fact: 'downloaded', sample: name, size, sha256 })
    })
  }

  check('is told of an error by its code and name', () => {
    const { code, error } = fact('refused')
    assert.deepEqual({ code, error }, { code: 400, error: subject.notOccupied })
  })

  check('comes again with the key it has, without another exchange', () => {
    const { authKey, user } = fact('returned')
    assert.equal(authKey, fact('key').authKey)
    assert.equal((plainValue(user) as Record<string, Plain>).id, BOT_ID)
    assert.equal(report().requests['auth.importBotAuthorization'], 1)
  })

  check('sends every part, small files and big ones by their own methods', () => {
    const parts = (name: Sample['name']): number =>
      Number((plainValue(fact('uploaded', name).file) as Record<string, Plain>).parts)
    const { requests } = report()
    // Some send a part again when a connection is slow to come up.
    const small = outcome.samples.filter(({ size }) => size <= BIG).reduce((sum, { name }) => sum + parts(name), 0)
    const big = outcome.samples.filter(({ size }) => size > BIG).reduce((sum, { name }) => sum + parts(name), 0)
    assert.ok(requests['upload.saveFilePart']! >= small)
    assert.ok((requests['upload.saveBigFilePart'] ?? 0) >= big)
    assert.equal('upload.saveBigFilePart' in requests, big > 0)
    assert.equal(requests['messages.uploadMedia'], 3)
  })

  check(`speaks ${way.seen} and layer ${subject.layer} and nothing else, to the end`, () => {
    fact('end')
    assert.deepEqual(report().transports, [way.seen])
    assert.deepEqual(report().layers, [subject.layer])
  })

  const { proxy } = way
  const framing = way.seen.split(' ').at(-1)!
  if (proxy) check('goes through the MTProxy, every time', () => checkProxied(report(), proxy, framing))
}

/**
 * Every connection came through the MTProxy, under the secret that the client was given, and none was refused.
 * @param direct connections that may have been made before the client was told of the proxy
 */
export function checkProxied(
  report: DcReport,
  kind: SecretKind,
  framing: string,
  { dc = Number(DC_ID), direct = 0 }: { readonly dc?: number; readonly direct?: number } = {},
): void {
  const { proxy, connections } = report
  // A client may hang up before the proxy has reached the DC.
  const few = connections <= proxy.length + direct
  assert.ok(proxy.length > direct && connections > 0 && few, `${proxy.length} came by proxy, ${connections} to the DC`)
  for (const { remote: _, ...event } of proxy) {
    assert.deepEqual(event, { type: 'accepted', kind, framing, dc })
  }
}

/** What is in the frame of a MessageMedia, with the frame's own fields. */
function shown(media: Plain): Record<string, Plain> {
  const { photo, document, ...frame } = media as Record<string, Plain>
  return { ...((photo ?? document) as Record<string, Plain>), frame }
}

/** What the DC makes of a sample; ids, hashes and dates aside. */
function expectedMedia(sample: Sample, layer: number): Plain {
  const { name, fileName, mimeType, size, width: w, height: h, duration } = sample
  const number = (value: number | undefined): string => String(value)
  if (name === 'photo') {
    return {
      _: 'photo',
      dcId: DC_ID,
      sizes: [{ _: 'photoSize', type: 'y', w: number(w), h: number(h), size: number(size) }],
      frame: { _: 'messageMediaPhoto' },
    }
  }
  const named = { _: 'documentAttributeFilename', fileName }
  const video = {
    _: 'documentAttributeVideo',
    duration: number(duration),
    w: number(w),
    h: number(h),
    supportsStreaming: true,
  }
  return {
    _: 'document',
    dcId: DC_ID,
    mimeType,
    size: number(size),
    attributes: name === 'video' ? [video, named] : [named],
    frame: { _: 'messageMediaDocument', ...(name === 'video' && layer >= VIDEO_LAYER && { video: true }) },
  }
}
