/**
 * TDLib against the test DC: with perfect forward secrecy, which its sessions use by themselves, and without.
 *
 * What it makes of a MessageMedia it keeps to itself, so the DC is asked what it holds; and TDLib goes on from
 * `messages.uploadMedia` to the next call only when it could read the answer.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Fact, Sample } from './harness/job.ts'
import { type Outcome, pythonProgram, runClient } from './harness/run.ts'

/** The one that TDLib begins with. */
const DC_ID = 1
const LAYER = 223

const WAYS = [
  { transport: 'pfs', note: 'with perfect forward secrecy' },
  { transport: 'without pfs', note: 'without perfect forward secrecy' },
]

for (const { transport, note } of WAYS) {
  void describe(`TDLib, ${note}`, () => {
    let outcome: Outcome
    before(async () => {
      outcome = await runClient(pythonProgram('../clients/tdlib_client.py'), transport, { dcId: DC_ID })
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

    void test('reads both MessageMedia: it goes on to send the album', () => {
      assert.equal(report().requests['messages.sendMultiMedia'], 1)
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
  })
}
