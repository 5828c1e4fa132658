/**
 * Carrier over TCP, by Node's sockets (Node, Bun, Deno).
 *
 * Chunks go out as one gathered write; Nagle's algorithm is off, since every packet is written whole. When the other
 * side ends its half, the connection is over: MTProto has no use for a half-open one.
 */
import { lookup } from 'node:dns'
import { connect, isIP, type Socket } from 'node:net'
import type { Host, Timer } from '../../host.ts'
import { BorrowingWriter } from '../../tl/borrowing-writer.ts'
import {
  type Address,
  type Carrier,
  type CarrierHandlers,
  checkAddress,
  DIAL_TIMEOUT,
  type Dial,
  type DialOptions,
  formatAddress,
  LINGER,
} from './carrier.ts'
import { dialling } from './dialling.ts'
import { dialFirst, happyEyeballs, interleave, type Preference } from './eyeballs.ts'
import { connectionClosed } from './failure.ts'
import { lend, repayment } from './loans.ts'

/** Makes a dial for TCP that tries an address, its `others`, and of a name all addresses. */
export function tcpDial(preference: Preference = {}): Dial {
  return happyEyeballs(async (address, handlers, options) => {
    checkAddress(address)
    if (isIP(address.host)) return dialLiteral(address, handlers, options)
    const { host, timeout = DIAL_TIMEOUT } = options
    const deadline = host.now() + timeout
    const found = interleave(await addressesOf(address, options), preference)
    return dialFirst(found, dialLiteral, handlers, { ...options, timeout: Math.max(0, deadline - host.now()) })
  }, preference)
}

/** Opens a TCP connection; see {@link Dial}. All addresses of the server are tried, in their order. */
export const dialTcp: Dial = tcpDial()

/** Connects to an IP address. */
const dialLiteral: Dial = (address, handlers, options) =>
  dialling(address, options, (attempt) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true })
    // Stays for good: an error after the attempt was dropped must not become an uncaught one.
    socket.on('error', attempt.failed)
    socket.once('connect', () => attempt.opened(socketCarrier(socket, formatAddress(address), handlers, options.host)))
    return () => socket.destroy()
  })

/** All addresses of a name, in the order in which the system prefers them. */
function addressesOf(address: Address, options: DialOptions): Promise<Address[]> {
  return dialling<Address[]>(address, options, (attempt) => {
    lookup(address.host, { all: true, verbatim: true }, (error, found) => {
      if (error) attempt.failed(error)
      else attempt.opened(found.map((one) => ({ host: one.address, port: address.port })))
    })
    // The system's look-up cannot be stopped; nobody listens any more.
    return () => {}
  })
}

/**
 * A carrier over an open socket, either end.
 * @param name what errors call the other side
 * @param gentle on {@link Carrier.close}, keeps reading (and dropping) until the other side closes too, so that what was
 *   written last is not lost to a reset; for servers that say why before they hang up
 */
export function socketCarrier(
  socket: Socket,
  name: string,
  handlers: CarrierHandlers,
  host: Host,
  gentle = false,
): Carrier {
  let closing = false
  let failure: unknown
  let linger: Timer | undefined
  socket.on('data', (chunk: Uint8Array) => {
    // A plain view: nothing above knows Node's Buffer.
    if (!closing) handlers.onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  })
  socket.on('error', (error) => {
    failure = error
  })
  // The socket ends its own half by itself now; what cannot leave any more must not keep it open.
  socket.once('end', expire)
  socket.once('close', () => {
    linger?.cancel()
    const error = closing ? undefined : connectionClosed(name, failure)
    closing = true
    handlers.onClose(error)
  })
  function expire(): void {
    linger ??= host.setTimer(LINGER, () => socket.destroy())
  }
  return {
    remote: name,
    writer: (capacity, headroom) => new BorrowingWriter(capacity, headroom, lend(headroom + capacity)),
    get buffered() {
      return socket.writableLength
    },
    write(chunks) {
      if (closing || !socket.writable) return
      const repay = repayment(chunks)
      socket.cork()
      for (let i = 0; i < chunks.length; i++) {
        if (i < chunks.length - 1) socket.write(chunks[i]!)
        else
          socket.write(chunks[i]!, (error) => {
            // After an error nobody says what the system still looks at.
            if (error) return
            repay?.()
            if (!closing) handlers.onDrain?.()
          })
      }
      socket.uncork()
    },
    close() {
      if (closing) return
      closing = true
      expire()
      if (gentle) socket.end()
      else socket.destroySoon()
    },
  }
}
