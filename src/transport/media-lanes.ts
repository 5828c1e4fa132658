/**
 * Upload lanes at a datacenter's addresses for media.
 *
 * Some datacenters have servers for files alone (`media_only` in `help.getConfig`), with the same accounts and the same
 * authorization keys: what goes there does not stand in the way of other calls. In obfuscated streams they go by the
 * datacenter's negative number, by which a proxy finds them too. They are a help and no more: if none of them can be
 * reached, or knows our key, files go where everything goes, and nothing is lost but a moment. So they never make a key.
 *
 * Sources: https://core.telegram.org/constructor/dcOption, https://core.telegram.org/api/datacenter,
 * https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
import { RpcError, TransportError } from '../errors.ts'
import type { Method } from '../tl/method.ts'
import type { Address } from './carrier/carrier.ts'
import { Datacenter, type DatacenterLike, type DatacenterOptions, type InvokeOptions } from './datacenter.ts'
import { ServerClock } from './session/clock.ts'

/** The address of a datacenter, and those it has for media. */
export interface AddressWithMedia extends Address {
  readonly media?: readonly Address[] | undefined
}

/** Methods that carry files. */
const FILES = /^upload\./

/** Makes a datacenter whose lanes are at its addresses for media, where there are any. */
export function mediaLanes(options: DatacenterOptions): DatacenterLike {
  const { media } = options.address as AddressWithMedia
  return media?.length ? new MediaLanes(options, media) : new Datacenter(options)
}

class MediaLanes implements DatacenterLike {
  readonly #options: DatacenterOptions
  readonly #address: Address
  readonly #clock: ServerClock
  readonly #main: Datacenter
  /** A copy of the key that both have. */
  #key: Uint8Array | undefined
  #media: Datacenter | undefined
  /** The servers for media did not do: no other attempt is made with this key. */
  #isGivenUp = false
  #closed = false

  constructor(options: DatacenterOptions, [first, ...others]: readonly Address[]) {
    const { address, authKey, onAuthKey } = options
    const { others: further = [], ...ordinary } = address
    this.#options = options
    // Behind them the ordinary ones, for dials that try several.
    this.#address = { ...ordinary, ...first, others: [...others, ordinary, ...further] }
    this.#clock = options.clock ?? new ServerClock(options.host)
    this.#key = authKey?.slice()
    this.#main = new Datacenter({
      ...options,
      clock: this.#clock,
      onAuthKey: (bytes, salt) => {
        this.#forget()
        this.#key = bytes?.slice()
        // Who did not know the last one may know the next.
        this.#isGivenUp = false
        onAuthKey?.(bytes, salt)
      },
    })
  }

  get id(): number {
    return this.#main.id
  }

  get salt(): bigint {
    return this.#main.salt
  }

  get serverTime(): number {
    return this.#main.serverTime
  }

  async invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    const media = options.lane && FILES.test(method.name) ? this.#open() : undefined
    if (!media) return this.#main.invoke(method, request, options)
    try {
      return await media.invoke(method, request, options)
    } catch (error) {
      // Whether the key is logged in is for the others to say.
      const isTheirs = error instanceof TransportError || (error instanceof RpcError && error.code === 401)
      if (!isTheirs || this.#closed) throw error
      if (media === this.#media) this.#giveUp()
      return this.#main.invoke(method, request, options)
    }
  }

  replaceLane(lane: number, error: Error): void {
    this.#media?.replaceLane(lane, error)
    this.#main.replaceLane(lane, error)
  }

  networkChanged(): void {
    this.#media?.networkChanged()
    this.#main.networkChanged()
  }

  close(error?: Error): void {
    this.#closed = true
    this.#forget(error)
    this.#main.close(error)
  }

  /** The servers for media, once there is a key. */
  #open(): Datacenter | undefined {
    const { codec } = this.#options
    if (!this.#media && this.#key && !this.#isGivenUp && !this.#closed) {
      this.#media = new Datacenter({
        ...this.#options,
        address: this.#address,
        clock: this.#clock,
        authKey: this.#key,
        salt: this.#main.salt,
        codec: (about) => codec({ ...about, dc: -about.dc }),
        // They do not know the key: it is theirs that is wrong.
        onAuthKey: () => this.#giveUp(),
      })
    }
    return this.#media
  }

  #giveUp(): void {
    this.#isGivenUp = true
    this.#forget()
  }

  /** What waits there is called again at the others. */
  #forget(error?: Error): void {
    this.#key?.fill(0)
    this.#key = undefined
    const media = this.#media
    this.#media = undefined
    media?.close(error)
  }
}
