/** Handlers that write down what they are told, and let a test wait for it. */
import { concat } from '../../../src/bytes.ts'
import type { TransportError } from '../../../src/errors.ts'
import type { CarrierHandlers } from '../../../src/transport/carrier/carrier.ts'

export class Recorder implements CarrierHandlers {
  readonly chunks: Uint8Array[] = []
  received = 0
  drains = 0
  /** Times `onClose` was called. */
  closes = 0
  closeError: TransportError | undefined
  #waiting: { until: () => boolean; resolve: () => void }[] = []

  onData(chunk: Uint8Array): void {
    if (this.closes > 0) throw new Error('data after the end')
    this.chunks.push(chunk)
    this.received += chunk.length
    this.#look()
  }

  onDrain(): void {
    if (this.closes > 0) throw new Error('a drain after the end')
    this.drains++
    this.#look()
  }

  onClose(error?: TransportError): void {
    this.closes++
    this.closeError = error
    this.#look()
  }

  /** All bytes received. */
  get bytes(): Uint8Array {
    return concat(...this.chunks)
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes)
  }

  /** Resolves when so many bytes have arrived. */
  data(length: number): Promise<void> {
    return this.#when(() => this.received >= length)
  }

  closed(): Promise<void> {
    return this.#when(() => this.closes > 0)
  }

  drained(until: () => boolean = () => this.drains > 0): Promise<void> {
    return this.#when(until)
  }

  #when(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until, resolve }))
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ until, resolve }) => {
      if (!until()) return true
      resolve()
      return false
    })
  }
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
