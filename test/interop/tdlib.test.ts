/**
 * TDLib against the test DC: with perfect forward secrecy, which its sessions use by themselves, and without.
 *
 * It has no call for a single upload, so it sends an album: it uploads each of the files, has it turned into a MessageMedia,
 * and only then calls a method that the DC does not know. What it shows of the failed messages is what it read.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { checkProxied } from './harness/checks.ts'
import type { SecretKind } from './harness/dc.ts'
import type { Fact, Sample } from './harness/job.ts'
import { type Outcome, pythonProgram, runClient } from './harness/run.ts'

/** The one that TDLib begins with. */
const DC_ID = 1
const LAYER = 223

/** As much as is looked at of what TDLib shows. */
interface File {
  readonly size: number
  readonly remote: { readonly id: string; readonly is_uploading_completed: boolean }
}
interface Failed {
  readonly content: {
    readonly photo?: {
      readonly sizes: readonly {
        readonly type: string
        readonly width: number
        readonly height: number
        readonly photo: File
      }[]
    }
    readonly video?: {
      readonly duration: number
      readonly width: number
      readonly height: number
      readonly mime_type: string
      readonly supports_streaming: boolean
      readonly video: File
    }
  }
}

interface Way {
  readonly transport: 'pfs' | 'without pfs'
  readonly note: string
  /** Through the MTProxy, with a secret of this kind. */
  readonly proxy?: SecretKind
}

const WAYS: readonly Way[] = [
  { transport: 'pfs', note: 'with perfect forward secrecy' },
  { transport: 'without pfs', note: 'without perfect forward secrecy' },
  { transport: 'without pfs', note: 'through an MTProxy with a plain secret', proxy: 'plain' },
  { transport: 'without pfs', note: 'through an MTProxy with a dd secret', proxy: 'dd' },
  { transport: 'pfs', note: 'through an MTProxy with an ee secret', proxy: 'ee' },
]

for (const { transport, note, proxy } of WAYS) {
  void describe(`TDLib, ${note}`, () => {
    let outcome: Outcome
    before(async () => {
      outcome = await runClient(pythonProgram('../clients/tdlib_client.py'), transport, { dcId: DC_ID, proxy })
    })

    const fact = (name: string): Record<string, unknown> => {
      const found = outcome.facts.find((one) => one.fact === name) as (Fact & Record<string, unknown>) | undefined
      return found ?? assert.fail(`the client did not get to "${name}": ${outcome.ending}`)
    }
    const report = (): NonNullable<Outcome['report']> => outcome.report ?? assert.fail('the DC has nothing to report')
    const sample = (name: Sample['name']): Sample => outcome.samples.find((one) => one.name === name)!

    void test('logs in as a bot', () => {
      const { first_name: name, type } = fact('login').user as { first_name: string; type: { '@type': string } }
      assert.deepEqual([name, type['@type']], ['Bot 4242', 'userTypeBot'])
      assert.equal(report().requests['auth.importBotAuthorization'], 1)
    })

    void test('uploads a photo and a big video, and the DC has them byte for byte', () => {
      fact('failed')
      const expected = [sample('photo'), sample('video')].map(({ size, sha256 }) => ({ size, sha256 }))
      assert.deepEqual(
        report().stored.map(({ size, sha256 }) => ({ size, sha256 })),
        expected,
      )
      assert.deepEqual(
        report().stored.map(({ kind }) => kind),
        ['photo', 'document'],
      )
      assert.equal(report().requests['messages.uploadMedia'], 2)
      assert.ok(report().requests['upload.saveBigFilePart']! >= sample('video').size / 524_288)
    })

    void test('reads both MessageMedia', () => {
      const [photo, video] = outcome.facts.flatMap((one) =>
        one.fact === ('failed' as string) ? [(one as unknown as Failed).content] : [],
      )
      const [size] = photo?.photo?.sizes ?? []
      const { width, height } = sample('photo')
      assert.deepEqual(
        { ...size, photo: size?.photo.size },
        { ...size, type: 'y', width, height, photo: sample('photo').size },
      )
      const { video: file, ...shown } = video?.video ?? assert.fail('there is no video')
      assert.equal(file.size, sample('video').size)
      assert.ok(file.remote.id !== '' && file.remote.is_uploading_completed)
      assert.deepEqual(
        [shown.duration, shown.width, shown.height, shown.mime_type, shown.supports_streaming],
        [12, 640, 360, 'video/mp4', true],
      )
    })

    void test('comes again with its key, without another login', () => {
      assert.equal(fact('returned').state, 'authorizationStateReady')
      assert.equal(report().requests['auth.importBotAuthorization'], 1)
    })

    void test(transport === 'pfs' ? 'binds temporary keys' : 'binds no key', () => {
      fact('end')
      assert.equal((report().requests['auth.bindTempAuthKey'] ?? 0) > 0, transport === 'pfs')
    })

    void test(`speaks layer ${LAYER} and nothing else`, () => {
      assert.deepEqual(report().layers.filter(Boolean), [LAYER])
    })

    if (proxy) {
      void test('goes through the MTProxy, every time', () => {
        // TDLib is told of a proxy once it has begun, and may have begun to connect by then.
        const framing = proxy === 'plain' ? 'intermediate' : 'padded'
        checkProxied(report(), proxy, framing, { dc: DC_ID, direct: 1 })
      })
    }
  })
}
