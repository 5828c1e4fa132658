/**
 * Our client by every way there is to a server, over real sockets: every transport, both versions of IP, the kinds of
 * MTProxy secrets, and forward secrecy. Other people's proxies have a file of their own, `proxies.test.ts`.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type RunningMtproxy, type RunningServer, startMtproxy, startServer } from '../../dist/lab/server/index.js'
import { TRANSPORTS } from '../../dist/transport/index.js'
import { uploadBig } from './harness/our-client.ts'

void describe('our client uploads 20 MB', () => {
  let ipv4: RunningServer
  let ipv6: RunningServer
  let careful: RunningServer
  before(async () => {
    ipv4 = await startServer()
    ipv6 = await startServer({ address: '::1' })
    careful = await startServer({ requireForwardSecrecy: true })
  })
  after(() => Promise.all([ipv4.close(), ipv6.close(), careful.close()]))

  for (const transport of TRANSPORTS) {
    void test(`by ${transport}, over IPv4 and IPv6`, async () => {
      await uploadBig(ipv4, { transport })
      await uploadBig(ipv6, { transport })
    })
  }

  void test('with forward secrecy, to a server that takes nothing else', async () => {
    await uploadBig(careful, { forwardSecrecy: true })
    assert.ok((careful.server.requests.get('auth.bindTempAuthKey') ?? 0) > 0)
  })

  void describe('through an MTProxy', () => {
    const key = randomBytes(16)
    const secrets = {
      plain: key,
      dd: Buffer.concat([Buffer.of(0xdd), key]),
      ee: Buffer.concat([Buffer.of(0xee), key, Buffer.from('example.org')]),
    }
    let proxy: RunningMtproxy
    before(async () => {
      const { dcId, host, port } = ipv4
      proxy = await startMtproxy({ secrets: Object.values(secrets), dcs: { [dcId]: { host, port } } })
    })
    after(() => proxy.close())

    for (const [kind, secret] of Object.entries(secrets)) {
      void test(`with the ${kind} secret, by its link`, () => {
        const link = `tg://proxy?server=${proxy.host}&port=${proxy.port}&secret=${secret.toString('hex')}`
        return uploadBig(ipv4, { proxy: link })
      })
    }
  })
})
