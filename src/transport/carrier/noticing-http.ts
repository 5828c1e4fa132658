/**
 * Notices that it is a web server that answers: without this its words would be taken for the length of a packet.
 *
 * No packet begins so but by a chance of one in 2^56: after the length comes a random key's id, or what was encrypted.
 */
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { type Carrier, type CarrierHandlers, type Dial, formatAddress } from './carrier.ts'

/** How every answer of HTTP begins. */
const OPENING = new TextEncoder().encode('HTTP/1.')

/** Has a dial for streams of packets end connections to web servers, with an error that says so. */
export function noticingHttp(dial: Dial): Dial {
  return async (address, handlers, options) => {
    let carrier: Carrier | undefined
    /** The first bytes, as long as they may be either. */
    let opening: Uint8Array | undefined = new Uint8Array(0)
    let isOver = false
    const release = (): void => {
      const chunk = opening
      opening = undefined
      if (chunk && chunk.length > 0) handlers.onData(chunk)
    }
    const end = (error: TransportError | undefined): void => {
      if (isOver) return
      isOver = true
      handlers.onClose(error)
    }
    const watching: CarrierHandlers = {
      onData(chunk) {
        if (!opening) return handlers.onData(chunk)
        opening = opening.length > 0 ? concat(opening, chunk) : chunk
        const known = Math.min(opening.length, OPENING.length)
        if (OPENING.subarray(0, known).some((byte, i) => byte !== opening![i])) return release()
        if (known < OPENING.length) return
        opening = undefined
        carrier?.close()
        const where = formatAddress(address)
        end(new TransportError('FRAMING', `${where} speaks HTTP, not MTProto; check host, port and transport`))
      },
      onDrain: () => handlers.onDrain?.(),
      onClose(error) {
        if (error) release()
        end(error)
      },
    }
    carrier = await dial(address, watching, options)
    return carrier
  }
}
