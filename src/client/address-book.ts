/**
 * The addresses of datacenters, as servers tell them: kept in the session, asked for when they are needed or too old.
 *
 * Nothing is asked before a datacenter is wanted that the session does not know. What was told is good until the server's
 * `expires`; then, and when one of the addresses could not be reached while another could, it is asked for again after the
 * next call. The built-in addresses stand behind those that were told, so that a stale session costs no more than a moment.
 *
 * What the flags of an address mean: `cdn` none of ours; `media_only` for uploads and downloads alone; `tcpo_only` for
 * obfuscated connections alone; `static` the one to prefer behind a proxy; `this_port_only` not to be tried at the ports that
 * are built in. Addresses with a `secret` are left out: connections are keyed before it is known which address answers.
 *
 * Sources: https://core.telegram.org/method/help.getConfig, https://core.telegram.org/constructor/dcOption,
 * https://core.telegram.org/api/datacenter
 */
import { helpGetConfig } from '#methods'
import { TransportError } from '../errors.ts'
import type { Host } from '../host.ts'
import type { Config, DcOption } from '../tl/generated/api-types.ts'
import { type Address, type Dial, formatAddress } from '../transport/carrier/carrier.ts'
import { happyEyeballs, type Preference } from '../transport/carrier/eyeballs.ts'
import type { AddressWithMedia } from '../transport/media-lanes.ts'
import type { Informant, Way } from './way.ts'

/** What is asked of a server that may be dying, when there is another way to know: milliseconds. */
const ASK_WITHIN = 10_000
/** After an attempt that failed, the next one waits for so long: milliseconds. */
const ASK_AGAIN = 600_000

/** What the book depends on. */
export interface AddressBookOptions {
  readonly host: Host
  /** Addresses that are built in; undefined where there are none. */
  readonly builtIn: ((id: number) => Address) | undefined
  /** Connections are obfuscated. */
  readonly obfuscated: boolean
  /** Connections go through a proxy. */
  readonly proxied: boolean
  /** What becomes of an address that has to be used in another way than it was told for. */
  readonly adapt?: (address: Address) => Address
}

/** An address as it is stored. */
interface Entry {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly mediaOnly?: boolean | undefined
  readonly tcpoOnly?: boolean | undefined
  readonly static?: boolean | undefined
  readonly thisPortOnly?: boolean | undefined
}

/** What was told, as it is stored. */
interface Told {
  /** Our own milliseconds since 1970: the server's clock may be another. */
  readonly until: number
  readonly entries: readonly Entry[]
}

/** A book of addresses, as a way to the servers uses it. */
export interface AddressBook extends Required<Pick<Way, 'locate' | 'keepUp'>> {
  /** A dial that tries all addresses, and notes those that failed where another did not. */
  readonly noting: (dial: Dial, preference: Preference) => Dial
}

/** Makes a book for one client. */
export function addressBook(options: AddressBookOptions): AddressBook {
  const { host, builtIn, obfuscated, proxied, adapt } = options
  /** Addresses that failed while others of the same server did not. */
  const failed = new Set<string>()
  let asking = false
  let notBefore = 0

  const ask = async (dc: Informant, signal: AbortSignal | undefined): Promise<Told> => {
    asking = true
    failed.clear()
    try {
      const { date, expires, dcOptions }: Config = await dc.invoke(helpGetConfig, { _: 'help.getConfig' }, { signal })
      return { until: host.wallClock() + 1000 * (expires - date), entries: dcOptions.flatMap(entryOf) }
    } finally {
      asking = false
    }
  }

  const at = ({ host, port }: Entry): Address => adapt?.({ host, port }) ?? { host, port }

  /** The built-in addresses of a datacenter. */
  const known = (id: number): readonly Address[] => {
    try {
      const found = builtIn?.(id)
      return found ? [found, ...(found.others ?? [])].map((one) => ({ ...one, others: undefined })) : []
    } catch {
      // It is none of Telegram's own.
      return []
    }
  }

  const addressOf = (told: Told | undefined, id: number): AddressWithMedia | undefined => {
    const usable = (told?.entries ?? [])
      .filter((one) => one.id === id && (obfuscated || !one.tcpoOnly) && !(adapt && one.thisPortOnly))
      .sort((a, b) => rank(a) - rank(b))
    const plain = usable.filter((one) => !one.mediaOnly)
    const strict = new Set(plain.filter((one) => one.thisPortOnly).map((one) => one.host))
    const addresses = plain.map(at)
    const names = new Set(addresses.map(formatAddress))
    const behind = known(id).filter((one) => !strict.has(one.host) && !names.has(formatAddress(one)))
    const [first, ...others] = [...addresses, ...behind]
    if (!first) return undefined
    const media = usable.filter((one) => one.mediaOnly).map(at)
    return { ...first, others, ...(media.length > 0 && { media }) }
  }

  // IPv4 first, as in the built-in list; who prefers IPv6 says so to the dial.
  const rank = (one: Entry): number => (proxied && !one.static ? 2 : 0) + (one.host.includes(':') ? 1 : 0)

  return {
    async locate(id, dc, session) {
      let told = read(session.config)
      const has = told?.entries.some((one) => one.id === id && !one.mediaOnly)
      if (!told || !has || told.until <= host.wallClock()) {
        const isKnown = has || known(id).length > 0
        const limit = limited(host, isKnown ? ASK_WITHIN : undefined)
        try {
          told = await ask(dc, limit.signal)
          session.config = told
        } catch (error) {
          const isOurs = error instanceof TransportError && error.code === 'CLIENT_CLOSED'
          if (isOurs || !isKnown) throw error
        } finally {
          limit.end()
        }
      }
      return addressOf(told, id)
    },

    keepUp(home) {
      const { data, dcId } = home
      const told = read(data.config)
      const now = host.wallClock()
      if (!told || asking || now < notBefore) return undefined
      const isGone = told.entries.some((one) => one.id === dcId && failed.has(formatAddress(at(one))))
      if (!isGone && now < told.until) return undefined
      notBefore = now + ASK_AGAIN
      return ask(home, undefined).then(
        (fresh) => {
          data.config = fresh
          // Only where it was told before: who is found by what is built in, or was given, needs no more.
          if (data.address) data.address = addressOf(fresh, data.dc) ?? data.address
          return true
        },
        // What was told before may still be right, and the next call tries again.
        () => false,
      )
    },

    noting: (dial, preference) => async (address, handlers, options) => {
      const lost: string[] = []
      const carrier = await happyEyeballs(async (one, ...rest) => {
        try {
          return await dial(one, ...rest)
        } catch (error) {
          lost.push(formatAddress(one))
          throw error
        }
      }, preference)(address, handlers, options)
      // Where nothing can be reached, it is not the addresses that are wrong.
      for (const one of lost) failed.add(one)
      return carrier
    },
  }
}

/** What is kept of an address; nothing where it is of no use. */
function entryOf(option: DcOption): Entry[] {
  const { id, ipAddress: host, port, cdn, secret, mediaOnly, tcpoOnly, static: isStatic, thisPortOnly } = option
  return cdn || secret ? [] : [{ id, host, port, mediaOnly, tcpoOnly, static: isStatic, thisPortOnly }]
}

/** What the session has of an earlier answer; undefined for anything else: somebody may have edited it. */
function read(stored: unknown): Told | undefined {
  const { until, entries } = (stored ?? {}) as Partial<Told>
  const isEntry = (one: Partial<Entry> | null): boolean =>
    Number.isInteger(one?.id) && typeof one?.host === 'string' && Number.isInteger(one.port)
  return typeof until === 'number' && Array.isArray(entries) && entries.every(isEntry) ? { until, entries } : undefined
}

/** A signal that is aborted after a time, if there is one. */
function limited(host: Host, ms: number | undefined): { readonly signal: AbortSignal | undefined; end(): void } {
  if (ms === undefined) return { signal: undefined, end: () => {} }
  const abort = new AbortController()
  const late = (): void => abort.abort(new TransportError('NO_ANSWER', 'no address was told in time'))
  const timer = host.setTimer(ms, late)
  return { signal: abort.signal, end: () => timer.cancel() }
}
