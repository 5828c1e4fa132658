/** Happy eyeballs in virtual time: when attempts begin, who wins, and what becomes of the others. */
import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import { TransportError, UsageError } from '../../../src/errors.ts'
import {
  type Address,
  type Carrier,
  type CarrierHandlers,
  type Dial,
  formatAddress,
} from '../../../src/transport/carrier/carrier.ts'
import { dialling } from '../../../src/transport/carrier/dialling.ts'
import { ATTEMPT_DELAY, dialFirst, happyEyeballs, interleave } from '../../../src/transport/carrier/eyeballs.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder, utf8 } from './recorder.ts'

let host: VirtualHost
/** What happened, each with its millisecond. */
let log: string[]
/** The handlers that each attempt was given. */
let given: Map<string, CarrierHandlers>

beforeEach(() => {
  host = new VirtualHost()
  log = []
  given = new Map()
})

const A: Address = { host: '192.0.2.1', port: 443 }
const B: Address = { host: '2001:db8::2', port: 443 }
const C: Address = { host: '192.0.2.3', port: 80 }
const note = (what: string, address: Address): void => void log.push(`${host.now()} ${what} ${address.host}`)

/** What becomes of an attempt after so many milliseconds; absent: nothing ever. */
type Fate = readonly [after: number, what: 'opens' | 'fails'] | undefined

/** A dial whose attempts end as told. */
function fated(fates: Readonly<Record<string, Fate>>): Dial {
  return (address, handlers, options) =>
    dialling<Carrier>(address, options, (attempt) => {
      note('try', address)
      given.set(address.host, handlers)
      const fate = fates[address.host]
      const timer =
        fate &&
        options.host.setTimer(fate[0], () => {
          note(fate[1], address)
          if (fate[1] === 'fails') attempt.failed({ code: 'ECONNREFUSED' })
          else attempt.opened({ buffered: 0, write: () => {}, close: () => note('close', address) })
        })
      return () => {
        note('drop', address)
        timer?.cancel()
      }
    })
}

const race = (addresses: readonly Address[], dial: Dial, more: object = {}): Promise<Carrier> =>
  dialFirst(addresses, dial, new Recorder(), { host, ...more })

describe('when attempts begin', () => {
  test('the next a quarter of a second after the last, and not after one has won', async () => {
    await host.runUntil(race([A, B, C], fated({ [A.host]: undefined, [B.host]: [100, 'opens'] })))
    await host.advance(10_000)
    expect(log).toEqual(['0 try 192.0.2.1', '250 try 2001:db8::2', '350 opens 2001:db8::2', '350 drop 192.0.2.1'])
    expect(host.pendingTimers).toBe(0)
  })

  test('at once when one fails; then the delay counts anew', async () => {
    await host.runUntil(race([A, B, C], fated({ [A.host]: [40, 'fails'], [C.host]: [10, 'opens'] })))
    expect(log).toEqual([
      '0 try 192.0.2.1',
      '40 fails 192.0.2.1',
      '40 try 2001:db8::2',
      `${40 + ATTEMPT_DELAY} try 192.0.2.3`,
      '300 opens 192.0.2.3',
      '300 drop 2001:db8::2',
    ])
  })

  test('one that began early may still win', async () => {
    await host.runUntil(race([A, B], fated({ [A.host]: [400, 'opens'], [B.host]: [1000, 'opens'] })))
    expect(log.at(-1)).toBe('400 drop 2001:db8::2')
  })

  test('a single address costs no race', async () => {
    await host.runUntil(race([A], fated({ [A.host]: [5, 'opens'] })))
    expect(log).toEqual(['0 try 192.0.2.1', '5 opens 192.0.2.1'])
  })
})

describe('the winner', () => {
  test('is the only one that the owner hears of', async () => {
    const heard = new Recorder()
    const dial = fated({ [A.host]: [400, 'opens'], [B.host]: [100, 'opens'] })
    await host.runUntil(dialFirst([A, B], dial, heard, { host }))
    given.get(A.host)!.onData(utf8('loser'))
    given.get(A.host)!.onDrain?.()
    given.get(A.host)!.onClose(new TransportError('CONNECTION_CLOSED', 'loser'))
    given.get(B.host)!.onData(utf8('winner'))
    given.get(B.host)!.onDrain?.()
    expect({ text: heard.text, drains: heard.drains, closes: heard.closes }).toEqual({
      text: 'winner',
      drains: 1,
      closes: 0,
    })
    given.get(B.host)!.onClose()
    expect(heard.closes).toBe(1)
  })

  test('when two open in the same instant, the second is closed', async () => {
    await host.runUntil(race([A, B], fated({ [A.host]: [300, 'opens'], [B.host]: [50, 'opens'] })))
    // Both opened before anyone had heard of the first.
    expect(log.filter((line) => /opens/.test(line)).length).toBeLessThanOrEqual(2)
    await host.advance(1000)
    const open = log.filter((line) => /opens/.test(line)).length - log.filter((line) => /close/.test(line)).length
    expect(open).toBe(1)
  })

  test('a dial that does not heed its signal has its late connection closed', async () => {
    const stubborn: Dial = (address, handlers) => {
      given.set(address.host, handlers)
      return new Promise((resolve) => {
        const carrier: Carrier = { buffered: 0, write: () => {}, close: () => note('close', address) }
        host.setTimer(address === A ? 600 : 100, () => resolve(carrier))
      })
    }
    await host.runUntil(race([A, B], stubborn))
    await host.advance(1000)
    expect(log).toEqual(['600 close 192.0.2.1'])
  })
})

describe('when all fail', () => {
  const failure = (addresses: readonly Address[], fates: Readonly<Record<string, Fate>>, more: object = {}) =>
    host.runUntil(race(addresses, fated(fates), more).catch((error: unknown) => error)) as Promise<TransportError>

  test('one sentence names them, those that failed alike together', async () => {
    const fails = { [A.host]: [1, 'fails'], [B.host]: [1, 'fails'], [C.host]: [1, 'fails'] } as const
    const error = await failure([A, B, C], fails)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: true, cause: { code: 'ECONNREFUSED' } })
    const names = '192.0.2.1:443 or [2001:db8::2]:443 or 192.0.2.3:80'
    expect(error.message).toMatch(
      new RegExp(`^cannot connect to ${names.replace(/[.[\]]/g, '\\$&')}: nothing listens there`),
    )
    expect(host.pendingTimers).toBe(0)
  })

  test('one deadline holds for all: it is no longer for the last', async () => {
    const error = await failure([A, B], {}, { timeout: 3000 })
    expect(host.now()).toBe(3000)
    expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT' })
    expect(error.message).toMatch(/^cannot connect to 192.0.2.1:443 or \[2001:db8::2\]:443: no answer in time; check/)
    expect(host.pendingTimers).toBe(0)
  })

  test('different failures are all told, and it is no time-out then', async () => {
    const error = await failure([A, B], { [A.host]: [1, 'fails'] }, { timeout: 3000 })
    expect(error.code).toBe('CONNECT_FAILED')
    expect(error.message).toMatch(
      /192.0.2.1:443: nothing listens there.*; cannot connect to \[2001:db8::2\]:443: no answer/,
    )
  })

  test('repeating makes sense if it does for one of them', async () => {
    const dial =
      (retryable: readonly boolean[]): Dial =>
      async (address) => {
        throw new TransportError('CONNECT_FAILED', 'no', { retryable: retryable[[A, B].indexOf(address)]! })
      }
    await expect(race([A, B], dial([false, false]))).rejects.toMatchObject({ retryable: false })
    await expect(race([A, B], dial([false, true]))).rejects.toMatchObject({ retryable: true })
  })

  test('a wrong option ends the race at once', async () => {
    const dial: Dial = async (address) => {
      note('try', address)
      throw new UsageError('wrong')
    }
    await expect(race([A, B], dial)).rejects.toThrow(UsageError)
    expect(log).toEqual(['0 try 192.0.2.1'])
    expect(host.pendingTimers).toBe(0)
  })
})

describe('giving up', () => {
  test('an abort drops every attempt and leaves nothing behind', async () => {
    const abort = new AbortController()
    const promise = race([A, B, C], fated({}), { signal: abort.signal })
    const rejected = expect(promise).rejects.toBe('enough')
    await host.advance(300)
    abort.abort('enough')
    await rejected
    expect(log).toEqual(['0 try 192.0.2.1', '250 try 2001:db8::2', '300 drop 192.0.2.1', '300 drop 2001:db8::2'])
    expect(host.pendingTimers).toBe(0)
  })

  test('a race that is over has left nothing with the signal of its caller', async () => {
    const { signal } = new AbortController()
    await host.runUntil(race([A, B], fated({ [A.host]: [400, 'opens'] }), { signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await host.runUntil(race([A, B], fated({}), { signal, timeout: 500 }).catch(() => {}))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a signal that has been aborted before begins nothing', async () => {
    await expect(race([A, B], fated({}), { signal: AbortSignal.abort('before') })).rejects.toBe('before')
    expect(log).toEqual([])
    expect(host.pendingTimers).toBe(0)
  })
})

describe('the order of addresses', () => {
  const [a1, a2, a3] = [1, 2, 3].map((i): Address => ({ host: `192.0.2.${i}`, port: i }))
  const [b1, b2] = [1, 2].map((i): Address => ({ host: `2001:db8::${i}`, port: i }))
  const list = [a1!, a2!, a3!, b1!, b2!]

  test.each([
    [{}, [a1, b1, a2, b2, a3]],
    [{ ipv6: false }, [a1, b1, a2, b2, a3]],
    [{ ipv6: true }, [b1, a1, b2, a2, a3]],
  ])('families take turns: %j', (preference, order) => {
    expect(interleave(list, preference)).toEqual(order)
  })

  test('the family of the first address leads unless told', () => {
    expect(interleave([b1!, a1!, a2!])).toEqual([b1, a1, a2])
    expect(interleave([b1!, a1!, a2!], { ipv6: false })).toEqual([a1, b1, a2])
    expect(interleave([])).toEqual([])
  })

  test('an address with others is tried in that order, each by itself', async () => {
    const seen: Address[] = []
    const dial: Dial = async (address) => {
      seen.push(address)
      throw new TransportError('CONNECT_FAILED', `cannot connect to ${formatAddress(address)}`)
    }
    const options = { host, timeout: 1000 }
    await happyEyeballs(dial, { ipv6: true })({ ...a1!, others: [a2!, b1!] }, new Recorder(), options).catch(() => {})
    expect(seen).toEqual([b1, a1, a2])
  })
})
