/**
 * Notices that it is a server for something else that answers: a web server, one for TLS, one for SSH. Without this its
 * words would be taken for the length of a packet.
 *
 * No packet begins so but by a chance of one in 2^46 or less: after the length comes a random key's id, or what was
 * encrypted.
 */
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { type Carrier, type CarrierHandlers, type Dial, formatAddress } from './carrier.ts'

/**
 * How every answer begins: of HTTP; of SSH, https://www.rfc-editor.org/rfc/rfc4253#section-4.2; and of TLS where the other
 * side speaks none, a fatal alert, https://www.rfc-editor.org/rfc/rfc8446#section-6. An `x` stands for any byte.
 */
const OPENINGS: readonly (readonly [protocol: string, bytes: string])[] = [
  ['HTTP', 'HTTP/1.'],
  ['SSH', 'SSH-2.0'],
  ['TLS', '\x15\x03x\0\x02\x02'],
]

/** The protocol that begins so; undefined while more bytes are needed to tell, null where it is none of these. */
function protocolOf(opening: Uint8Array): string | undefined | null {
  const isSo = (bytes: string): boolean =>
    opening.every((byte, i) => i >= bytes.length || bytes[i] === 'x' || bytes.charCodeAt(i) === byte)
  const [protocol, bytes] = OPENINGS.find(([, start]) => isSo(start)) ?? []
  if (bytes === undefined) return null
  return opening.length < bytes.length ? undefined : protocol
}

/**
 * Has a dial for streams of packets end connections to servers for something else, with an error that says so.
 * @param name what the error calls the one that answers; its address unless told
 */
export function noticingHttp(dial: Dial, name?: string): Dial {
  return async (address, handlers, options) => {
    let carrier: Carrier | undefined
    /** The first bytes, as long as they may be anything. */
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
        const protocol = protocolOf(opening)
        if (protocol === null) return release()
        if (protocol === undefined) return
        opening = undefined
        carrier?.close()
        const what = name === undefined ? 'host, port and transport' : 'its host and port'
        const message = `${name ?? formatAddress(address)} speaks ${protocol}, not MTProto; check ${what}`
        end(new TransportError('FRAMING', message))
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
