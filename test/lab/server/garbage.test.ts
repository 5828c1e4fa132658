import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { helpGetConfig, messagesUploadMedia } from '../../../src/tl/generated/client/methods.ts'
import type { Carrier, CarrierHandlers } from '../../../src/transport/carrier/carrier.ts'
import { wrapPlain } from '../../../src/transport/exchange/plain.ts'
import { encode, encodeCall, initialised } from '../../support/raw-client.ts'
import { setUp } from './setup.ts'

/** Nobody on the other side. */
const nowhere: Carrier = { write: () => {}, buffered: 0, close: () => {} }

const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.subarray(0, bytes.length & ~3))

/** Constructor ids that mean something to a server, in front of noise. */
const meaningful = fc
  .tuple(
    fc.constantFrom(
      0x73f1f8dc,
      0x3072cfa1,
      0x62d6b459,
      0xda69fb52,
      0x58e4a740,
      0xb921bd04,
      0x7abe77ec,
      0xf3427b8c,
      0xe7512126,
      0xda9b0d0d,
      0xc1cd5ea9,
      0xcb9f372d,
      0x3dc4b4f0,
      0xde7b673d,
      0xb304a621,
      0xbe5335be,
      0x14967978,
      0x519bc2b1,
      0x0d91a548,
      0x725afbbc,
      0xcdd42a05,
      0xbe7e8ef1,
      0xd712e4be,
      0xf5045f1f,
      0x7d861a08,
    ),
    body,
  )
  .map(([id, rest]) => {
    const bytes = new Uint8Array(4 + rest.length)
    new DataView(bytes.buffer).setUint32(0, id, true)
    bytes.set(rest, 4)
    return bytes
  })

test.prop([fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })])(
  'any bytes on a connection end it or are waited out',
  (chunks) => {
    const { server } = setUp()
    const handlers: CarrierHandlers = server.accept(nowhere)
    for (const chunk of chunks) handlers.onData(chunk)
    handlers.onClose()
    expect(server.connections).toBe(0)
  },
)

test.prop([fc.array(fc.oneof(body, meaningful), { minLength: 1, maxLength: 5 })], { numRuns: 60 })(
  'any body in a proper envelope leaves the session alive',
  async (bodies) => {
    const setup = setUp()
    const client = await setup.bot()
    for (const bytes of bodies) client.send(bytes)
    await setup.host.advance(10)
    // ping_delay_disconnect may have been among them.
    if (client.closed) await setup.run(client.connect())
    // And destroy_auth_key, by chance.
    if (setup.server.keys.size > 0) {
      client.send(encode({ _: 'ping', pingId: 987_654_321n }))
      expect(
        (await setup.run(client.nextWhere((message) => message.id === 0x347773c5 && message.body[12] === 0xb1))).id,
      ).toBe(0x347773c5)
    }
  },
)

test.prop([fc.oneof(body, meaningful)], { numRuns: 60 })(
  'any plain body ends the connection or is answered',
  async (bytes) => {
    const setup = setUp()
    const client = await setup.client()
    client.sendPacket(wrapPlain(client.ids.next(setup.host.wallClock()), bytes))
    await setup.host.advance(10)
    expect(setup.server.keys.size).toBe(0)
  },
)

const requests = [
  encodeCall(helpGetConfig, { _: 'help.getConfig' }),
  encodeCall(messagesUploadMedia, {
    _: 'messages.uploadMedia',
    peer: { _: 'inputPeerSelf' },
    media: {
      _: 'inputMediaUploadedDocument',
      file: { _: 'inputFile', id: 1n, parts: 1, name: 'n', md5Checksum: '' },
      mimeType: 'a/b',
      attributes: [{ _: 'documentAttributeVideo', duration: 1, w: 1, h: 1 }],
    },
  }),
]

test.prop([fc.constantFrom(...requests), fc.nat(), fc.integer({ min: 0, max: 255 })], { numRuns: 100 })(
  'a request with one byte changed gets an answer of some kind',
  async (request, at, value) => {
    const setup = setUp()
    const client = await setup.bot()
    const changed = request.slice()
    changed[at % changed.length] = value
    const msgId = client.send(changed)
    const outcome = await setup.run(
      client.result(msgId).then(
        () => 'ok',
        (error: Error) => error.message,
      ),
    )
    expect(outcome).toMatch(/^(ok|400 |303 |401 |403 )/)
  },
)

test('help.getConfig still works after all of that', async () => {
  const setup = setUp()
  const client = await setup.keyed()
  const config = await setup.run(client.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query)))
  expect(config.thisDc).toBe(2)
})
