/**
 * The fuzzer finds bugs: each of these, planted in the code it runs (never in a file), within so many inputs.
 *
 * The bound is several times what it took when this was written, with the seed below.
 */
import { describe, expect, test } from 'vitest'
import { loadTarget, type Planted } from '../../../scripts/fuzz/bundle.ts'
import { campaign } from '../../../scripts/fuzz/campaign.ts'
import { readCorpus } from '../../../scripts/fuzz/corpus.ts'
import { fromRoot } from '../../../scripts/output.ts'

const SEED = 1

/** What is wrong, where, and the run by which it must be found. */
type Bug = readonly [what: string, target: string, planted: Planted, runs: number]

const BUGS: readonly Bug[] = [
  [
    'strings are not padded',
    'tl-results',
    { path: 'src/tl/reader.ts', from: '(head + length + 3) & ~3', to: '(head + length + 2) & ~3' },
    2000,
  ],
  [
    'the compact form looks at the wrong word of flags',
    'tl-results',
    { path: 'src/tl/compact.ts', from: 'words[word]! & mask) value[key]', to: 'words[0]! & mask) value[key]' },
    2000,
  ],
  [
    'damaged gzip in a request is an error of another class',
    'tl-requests',
    { path: 'src/lab/server/unpack.ts', from: '} catch {', to: '} catch (error) {\n    throw error' },
    20_000,
  ],
  [
    'the length of a packet is not checked',
    'framing',
    { path: 'src/transport/framing/framing.ts', from: 'length < MIN_PACKET || ', to: '' },
    20_000,
  ],
  [
    'a split head is forgotten',
    'framing',
    {
      path: 'src/transport/framing/codec.ts',
      from: 'const packets: Uint8Array[] = []',
      to: 'const packets: Uint8Array[] = []; if (!body) headFilled = 0',
    },
    2000,
  ],
  [
    'the sequence numbers of full framing stand still',
    'framing',
    { path: 'src/transport/framing/full.ts', from: '      received++\n', to: '' },
    2000,
  ],
  [
    'inflate copies from before the beginning',
    'gzip',
    { path: 'src/crypto/inflate.ts', from: ' || distance > written', to: '' },
    500_000,
  ],
  [
    'inflate repeats code lengths beyond the last',
    'gzip',
    { path: 'src/crypto/inflate.ts', from: 'if (repeat > total - i) damaged()', to: '' },
    500_000,
  ],
  [
    'inflate takes codes that are not complete',
    'gzip',
    {
      path: 'src/crypto/inflate.ts',
      from: 'if (left > 0 && (symbols.length > 1 || counts[1] !== symbols.length)) damaged()',
      to: '',
    },
    500_000,
  ],
  [
    'a container is cut short',
    'session',
    { path: 'src/transport/session/inbox.ts', from: 'if (reader.remaining < 20) throw refused()', to: '' },
    20_000,
  ],
  [
    'a call is not forgotten when it is answered',
    'session',
    {
      path: 'src/transport/session/react.ts',
      from: 'void {\n  session.forget(call)',
      to: 'void {',
    },
    2000,
  ],
  [
    'an answer about states counts as content',
    'session',
    { path: 'src/transport/session/outbox.ts', from: '/_ack|_info|', to: '/_ack|' },
    2000,
  ],
  [
    'the nonces inside are not compared',
    'exchange-client',
    { path: 'src/transport/exchange/steps.ts', from: '  checkNonces(inner, proven)\n', to: '' },
    20_000,
  ],
  [
    'g_a is not checked',
    'exchange-client',
    { path: 'src/transport/exchange/steps.ts', from: '!isSafeDhValue(prime, gA)', to: 'false' },
    20_000,
  ],
  [
    'an exchange goes on after an error',
    'exchange-client',
    { path: 'src/transport/exchange/exchange.ts', from: "this.#state = { waitsFor: 'nothing' }\n", to: '\n' },
    20_000,
  ],
  [
    'encrypted_data of an odd length reaches the cipher',
    'server',
    { path: 'src/lab/server/exchange.ts', from: ' || encrypted.length % 16 !== 0', to: '' },
    20_000,
  ],
  [
    'base64 that is none is an error of another class',
    'pem',
    { path: 'src/crypto/pem.ts', from: "return invalid('its base64 is damaged')", to: "throw new Error('atob')" },
    20_000,
  ],
  [
    'a file_id that ends too early is an error of another class',
    'file-id',
    {
      path: 'src/media/file-id.ts',
      from: "    if (error instanceof UsageError) throw error\n    return refuse('it is damaged')",
      to: '    throw error',
    },
    20_000,
  ],
  [
    'a plain message of negative length',
    'plain',
    { path: 'src/transport/exchange/plain.ts', from: 'length < 0 || ', to: '' },
    20_000,
  ],
  [
    'the host in a stored session is anything',
    'session-file',
    { path: 'src/client/session-data.ts', from: "typeof (data.address ?? { host: '' }).host === 'string'", to: 'true' },
    200_000,
  ],
  [
    'a session string of our own may hold anything',
    'session-string',
    { path: 'src/client/session-strings/own.ts', from: '  decodeSession(data)\n', to: '' },
    20_000,
  ],
  [
    'the end of a header is not seen when it comes in two pieces',
    'proxies',
    { path: 'src/transport/proxy/http-connect.ts', from: 'heard.length - 2', to: 'heard.length' },
    2000,
  ],
  [
    'a record of fake TLS shorter than its fields',
    'proxies',
    { path: 'src/transport/proxy/fake-tls.ts', from: 'length < fewest || ', to: '' },
    60_000,
  ],
]

describe.each(BUGS)('%s', (_, target, planted, runs) => {
  test(`is found by ${target}`, async () => {
    const instrumented = await loadTarget(target, planted)
    const corpus = readCorpus(fromRoot('test/corpus'), target)
    const report = await campaign({ instrumented, seed: SEED, corpus, words: [], limits: { runs } })
    expect(report.finding).toBeDefined()
  }, 60_000)
})
