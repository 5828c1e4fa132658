/** The book of addresses: what is asked, when, what is believed of the answer, and what stands behind it. */
import { describe, expect, test } from 'vitest'
import { type AddressBook, type AddressBookOptions, addressBook } from '../../src/client/address-book.ts'
import type { SessionData } from '../../src/client/session-data.ts'
import type { Informant } from '../../src/client/way.ts'
import { RpcError, TransportError } from '../../src/errors.ts'
import type { DcOption } from '../../src/tl/generated/api-types.ts'
import type { Address, Carrier, Dial } from '../../src/transport/carrier/carrier.ts'
import { VirtualHost } from '../support/virtual-host.ts'

type Option = Partial<DcOption> & { readonly id: number; readonly ipAddress: string }

const host = new VirtualHost()

/** A server that tells these addresses, or fails; counts how often it was asked. */
function server(
  tell: readonly Option[] | Error | (() => Promise<never>),
  lifetime = 3600,
): Informant & { asked: number; signal?: AbortSignal | undefined } {
  const informant = {
    asked: 0,
    signal: undefined as AbortSignal | undefined,
    async invoke(_method: unknown, _request: unknown, { signal }: { signal?: AbortSignal | undefined } = {}) {
      informant.asked++
      informant.signal = signal
      if (tell instanceof Error) throw tell
      if (typeof tell === 'function') return Promise.race([tell(), aborted(signal)])
      // The server's clock is years behind ours.
      return { date: 1000, expires: 1000 + lifetime, dcOptions: tell.map((one) => ({ port: 443, ...one })) }
    },
  }
  return informant as never
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

const session = (more: Partial<SessionData> = {}): SessionData => ({ test: false, dc: 2, keys: new Map(), ...more })
const book = (more: Partial<AddressBookOptions> = {}): AddressBook =>
  addressBook({ host, builtIn: undefined, obfuscated: false, proxied: false, ...more })

/** The addresses in their order, as `host:port`. */
const flat = (address: Address | undefined): string[] =>
  address ? [address, ...(address.others ?? [])].map((one) => `${one.host}:${one.port}`) : []

async function located(id: number, told: readonly Option[], more: Partial<AddressBookOptions> = {}): Promise<string[]> {
  return flat(await book(more).locate(id, server(told), session()))
}

const builtIn = (id: number): Address => {
  if (id > 5) throw new Error('there is none')
  return { host: `10.0.0.${id}`, port: 443, others: [{ host: `10.0.0.${id}`, port: 80 }] }
}

describe('what is believed', () => {
  test('addresses of this datacenter, IPv4 first, the built-in ones behind them', async () => {
    const told = [
      { id: 4, ipAddress: '::4', ipv6: true },
      { id: 2, ipAddress: '9.9.9.9' },
      { id: 4, ipAddress: '4.4.4.4', port: 5222 },
      { id: 4, ipAddress: '10.0.0.4' },
    ]
    expect(await located(4, told)).toEqual(['4.4.4.4:5222', '10.0.0.4:443', '::4:443'])
    expect(await located(4, told, { builtIn })).toEqual(['4.4.4.4:5222', '10.0.0.4:443', '::4:443', '10.0.0.4:80'])
    expect(await located(3, told)).toEqual([])
    expect(await located(3, told, { builtIn })).toEqual(['10.0.0.3:443', '10.0.0.3:80'])
    expect(await located(7, told, { builtIn })).toEqual([])
  })

  test('never a CDN, nor an address for media, nor one with a secret', async () => {
    const told = [
      { id: 4, ipAddress: '1.1.1.1', cdn: true },
      { id: 4, ipAddress: '2.2.2.2', mediaOnly: true },
      { id: 4, ipAddress: '3.3.3.3', tcpoOnly: true, secret: Uint8Array.of(1) },
      { id: 4, ipAddress: '4.4.4.4' },
    ]
    expect(await located(4, told, { obfuscated: true })).toEqual(['4.4.4.4:443'])
    expect(await located(4, told.slice(0, 3), { obfuscated: true })).toEqual([])
  })

  test('one for obfuscated connections: only where they are', async () => {
    const told = [
      { id: 4, ipAddress: '3.3.3.3', tcpoOnly: true },
      { id: 4, ipAddress: '4.4.4.4' },
    ]
    expect(await located(4, told)).toEqual(['4.4.4.4:443'])
    expect(await located(4, told, { obfuscated: true })).toEqual(['3.3.3.3:443', '4.4.4.4:443'])
  })

  test('one for a proxy: first behind a proxy', async () => {
    const told = [
      { id: 4, ipAddress: '3.3.3.3' },
      { id: 4, ipAddress: '::5', ipv6: true, static: true },
      { id: 4, ipAddress: '4.4.4.4', static: true },
    ]
    expect(await located(4, told)).toEqual(['3.3.3.3:443', '4.4.4.4:443', '::5:443'])
    expect(await located(4, told, { proxied: true })).toEqual(['4.4.4.4:443', '::5:443', '3.3.3.3:443'])
  })

  test('one with a single port: not at the other ports that are built in, nor at that of another transport', async () => {
    const told = [{ id: 4, ipAddress: '10.0.0.4', port: 1234, thisPortOnly: true }]
    expect(await located(4, told, { builtIn })).toEqual(['10.0.0.4:1234'])
    const adapt = ({ host }: Address): Address => ({ host, port: 80, path: '/api' })
    expect(await located(4, told, { adapt })).toEqual([])
    expect(await located(4, [{ id: 4, ipAddress: '4.4.4.4' }], { adapt })).toEqual(['4.4.4.4:80'])
  })

  test('addresses for media are told beside the others', async () => {
    const told = [
      { id: 4, ipAddress: '4.4.4.4' },
      { id: 4, ipAddress: '5.5.5.5', mediaOnly: true },
      { id: 2, ipAddress: '6.6.6.6', mediaOnly: true },
    ]
    expect(await book().locate(4, server(told), session())).toEqual({
      host: '4.4.4.4',
      port: 443,
      others: [],
      media: [{ host: '5.5.5.5', port: 443 }],
    })
  })
})

describe('what is asked', () => {
  const told = [
    { id: 4, ipAddress: '4.4.4.4' },
    { id: 5, ipAddress: '5.5.5.5' },
  ]

  test('once for all datacenters, until it is too old by our own clock', async () => {
    const data = session()
    const dc = server(told)
    const one = book()
    await one.locate(4, dc, data)
    await one.locate(5, dc, data)
    expect(dc.asked).toBe(1)
    // As it comes back from a storage, in another run.
    const again = { ...data, config: JSON.parse(JSON.stringify(data.config)) as unknown }
    await host.advance(3_599_000)
    expect(flat(await book().locate(5, dc, again))).toEqual(['5.5.5.5:443'])
    expect(dc.asked).toBe(1)
    await host.advance(1000)
    await book().locate(5, dc, again)
    expect(dc.asked).toBe(2)
  })

  test('again for one that was not told', async () => {
    const data = session()
    const dc = server(told)
    await book().locate(4, dc, data)
    expect(await book().locate(3, dc, data)).toBeUndefined()
    expect(dc.asked).toBe(2)
  })

  test.each([
    null,
    5,
    'x',
    {},
    { until: 9e15 },
    { until: 9e15, entries: [null] },
    { until: 9e15, entries: [{ id: 4 }] },
  ])('what the session has is %j: it is asked', async (config) => {
    const dc = server(told)
    expect(flat(await book().locate(4, dc, session({ config })))).toEqual(['4.4.4.4:443'])
    expect(dc.asked).toBe(1)
  })

  test('who cannot be asked any more is done without, where the address is known otherwise', async () => {
    const data = session()
    await book().locate(4, server(told, 0), data)
    const dead = server(new TransportError('CONNECT_FAILED', 'it is dead'))
    expect(flat(await book().locate(4, dead, data))).toEqual(['4.4.4.4:443'])
    expect(flat(await book({ builtIn }).locate(3, dead, data))).toEqual(['10.0.0.3:443', '10.0.0.3:80'])
    await expect(book().locate(3, dead, data)).rejects.toThrow('it is dead')
    expect(dead.asked).toBe(3)
  })

  test('who does not answer is waited for 10 seconds, where the address is known otherwise', async () => {
    const silent = server(() => new Promise(() => {}))
    let found: string[] | undefined
    void book({ builtIn })
      .locate(3, silent, session())
      .then((address) => {
        found = flat(address)
      })
    await host.advance(9_900)
    expect(found).toBeUndefined()
    await host.advance(200)
    expect(found).toEqual(['10.0.0.3:443', '10.0.0.3:80'])
    // Where it is not, nobody ends the wait but who asked.
    const unknown = server(() => new Promise(() => {}))
    void book().locate(3, unknown, session())
    expect(unknown.signal).toBeUndefined()
  })

  test('a client that is closed asks nobody', async () => {
    const closed = new TransportError('CLIENT_CLOSED', 'closed')
    await expect(book({ builtIn }).locate(3, server(closed), session())).rejects.toBe(closed)
  })

  test.each([
    new RpcError(420, 'FLOOD_WAIT_5', 'help.getConfig'),
    new RpcError(500, 'INTERNAL', 'help.getConfig'),
    new RpcError(400, 'NO', 'help.getConfig'),
  ])('$text: for the caller to sit out, unless the address is known otherwise', async (error) => {
    await expect(book().locate(3, server(error), session())).rejects.toBe(error)
    // No migration waits for, or fails by, what it can do without.
    expect(flat(await book({ builtIn }).locate(3, server(error), session()))[0]).toBe('10.0.0.3:443')
  })
})

describe('what is looked after', () => {
  const old = [{ id: 2, ipAddress: '2.2.2.2' }]
  const fresh = [{ id: 2, ipAddress: '7.7.7.7' }]

  async function stored(lifetime: number): Promise<SessionData> {
    const data = session()
    data.address = await book().locate(2, server(old, lifetime), data)
    return data
  }
  const home = (dc: Informant, data: SessionData): Parameters<AddressBook['keepUp']>[0] => ({ ...dc, data, dcId: 2 })

  test('nothing, where nothing was told or it is still good', async () => {
    const dc = server(fresh)
    expect(book().keepUp(home(dc, session()))).toBeUndefined()
    expect(book().keepUp(home(dc, await stored(3600)))).toBeUndefined()
    expect(dc.asked).toBe(0)
  })

  test('what is too old is asked again, once, and found in the session afterwards', async () => {
    const data = await stored(0)
    const dc = server(fresh)
    const one = book()
    const asking = one.keepUp(home(dc, data))
    expect(one.keepUp(home(dc, data))).toBeUndefined()
    expect(await asking).toBe(true)
    expect(data.address).toMatchObject({ host: '7.7.7.7' })
    expect(one.keepUp(home(dc, data))).toBeUndefined()
    expect(dc.asked).toBe(1)
  })

  test('who is found without having been told is not told from then on', async () => {
    const data = await stored(0)
    data.address = undefined
    expect(await book({ builtIn }).keepUp(home(server(fresh), data))).toBe(true)
    expect(data.address).toBeUndefined()
  })

  test('what fails changes nothing, and is not tried again at once', async () => {
    const data = await stored(0)
    const before = JSON.stringify(data.config)
    const dc = server(new RpcError(500, 'INTERNAL', 'help.getConfig'))
    const one = book()
    expect(await one.keepUp(home(dc, data))).toBe(false)
    expect(JSON.stringify(data.config)).toBe(before)
    expect(one.keepUp(home(dc, data))).toBeUndefined()
    await host.advance(600_000)
    await one.keepUp(home(dc, data))
    expect(dc.asked).toBe(2)
  })

  describe('an address that could not be reached', () => {
    const dead = new Set<string>()
    const dial: Dial = (address) =>
      dead.has(address.host)
        ? Promise.reject(new TransportError('CONNECT_FAILED', `no ${address.host}`))
        : Promise.resolve({} as Carrier)
    const open = async (one: AddressBook, address: Address): Promise<unknown> =>
      one.noting(dial, {})(address, { onData() {}, onClose() {} }, { host })

    test('is asked for again, if another one could', async () => {
      const data = await stored(3600)
      const dc = server(fresh)
      const one = book()
      dead.add('2.2.2.2')
      await open(one, { host: '2.2.2.2', port: 443, others: [{ host: '10.0.0.2', port: 443 }] })
      expect(await one.keepUp(home(dc, data))).toBe(true)
      expect(data.address).toMatchObject({ host: '7.7.7.7' })
    })

    test('is none the worse for it if none could: the network is down', async () => {
      const data = await stored(3600)
      const dc = server(fresh)
      const one = book()
      dead.add('2.2.2.2').add('10.0.0.2')
      const address = { host: '2.2.2.2', port: 443, others: [{ host: '10.0.0.2', port: 443 }] }
      await expect(open(one, address)).rejects.toThrow('no 2.2.2.2')
      dead.clear()
      await open(one, address)
      expect(one.keepUp(home(dc, data))).toBeUndefined()
    })
  })
})
