/**
 * A SOCKS5 proxy for tests: CONNECT alone, with or without user name and password.
 *
 * Sources: https://www.rfc-editor.org/rfc/rfc1928, https://www.rfc-editor.org/rfc/rfc1929
 */
import { createServer, type Socket } from 'node:net'
import { concat } from '../../../bytes.ts'
import { type ProxyServerOptions, type RunningProxy, Tunnels } from './tunnels.ts'

const VERSION = 5
const LOGIN_VERSION = 1
const CONNECT = 1
/** Methods of logging in. */
const NO_LOGIN = 0
const BY_PASSWORD = 2
const NO_METHOD = 0xff
/** Kinds of addresses. */
const IPV4 = 1
const NAME = 3
const IPV6 = 4
/** Replies. */
const SUCCESS = 0
const FAILURE = 1
const NOT_ALLOWED = 2
const NO_COMMAND = 7
const NO_ADDRESS_KIND = 8
const REPLY_BY_ERROR: Readonly<Record<string, number>> = {
  ENETUNREACH: 3,
  EHOSTUNREACH: 4,
  ENOTFOUND: 4,
  ECONNREFUSED: 5,
  ETIMEDOUT: 6,
}

/**
 * Starts the proxy.
 * @throws the system's error if the port cannot be had
 */
export function startSocks5(options: ProxyServerOptions = {}): Promise<RunningProxy> {
  const tunnels = new Tunnels(options)
  return tunnels.listen(
    createServer({ noDelay: true }, (socket) => {
      // Who leaves in the middle of a sentence needs no answer.
      serve(socket, tunnels).catch(() => socket.destroy())
    }),
  )
}

async function serve(socket: Socket, tunnels: Tunnels): Promise<void> {
  const read = reader(socket)
  const user = await greet(socket, read, tunnels)
  if (user === REFUSED) return
  const [, command, , kind] = await read(4)
  const answer = (reply: number): boolean => socket.write(Uint8Array.of(VERSION, reply, 0, IPV4, 0, 0, 0, 0, 0, 0))
  const refuse = (reply: number): void => {
    answer(reply)
    socket.end()
  }
  if (command !== CONNECT) return refuse(NO_COMMAND)
  const host = await readHost(read, kind!)
  if (host === undefined) return refuse(NO_ADDRESS_KIND)
  const [high = 0, low = 0] = await read(2)
  const port = 256 * high + low
  if (!tunnels.allows(host, port)) return refuse(NOT_ALLOWED)
  try {
    const target = await tunnels.open(host, port, user)
    answer(SUCCESS)
    tunnels.join(socket, target)
  } catch (error) {
    refuse(REPLY_BY_ERROR[(error as NodeJS.ErrnoException).code ?? ''] ?? FAILURE)
  }
}

const REFUSED: unique symbol = Symbol('refused')

/** Greeting and login: who came, undefined where nobody is asked. */
async function greet(socket: Socket, read: Read, tunnels: Tunnels): Promise<string | undefined | typeof REFUSED> {
  const [version] = await read(1)
  // Who speaks another protocol need not send as much as a greeting.
  const methods = version === VERSION ? await read((await read(1))[0]!) : new Uint8Array(0)
  const method = tunnels.isOpen ? NO_LOGIN : BY_PASSWORD
  if (!methods.includes(method)) {
    socket.end(Uint8Array.of(VERSION, NO_METHOD))
    return REFUSED
  }
  socket.write(Uint8Array.of(VERSION, method))
  if (method === NO_LOGIN) return undefined
  const [, userLength = 0] = await read(2)
  const user = text(await read(userLength))
  const password = text(await read((await read(1))[0]!))
  if (!tunnels.knows(user, password)) {
    socket.end(Uint8Array.of(LOGIN_VERSION, 1))
    return REFUSED
  }
  socket.write(Uint8Array.of(LOGIN_VERSION, 0))
  return user
}

async function readHost(read: Read, kind: number): Promise<string | undefined> {
  if (kind === IPV4) return (await read(4)).join('.')
  if (kind === NAME) return text(await read((await read(1))[0]!))
  if (kind !== IPV6) return undefined
  const bytes = await read(16)
  const groups = Array.from({ length: 8 }, (_, i) => (256 * bytes[2 * i]! + bytes[2 * i + 1]!).toString(16))
  // As the platform writes IPv6 addresses, with `::`.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

type Read = (length: number) => Promise<Uint8Array>

/** Reads exactly so many bytes at a time; fails when the other side leaves before. What is over goes back to the socket. */
function reader(socket: Socket): Read {
  let heard: Uint8Array = new Uint8Array(0)
  return async (length) => {
    while (heard.length < length) {
      const more = await nextChunk(socket)
      heard = concat(heard, more)
    }
    const out = heard.slice(0, length)
    const rest = heard.slice(length)
    heard = new Uint8Array(0)
    if (rest.length > 0) socket.unshift(rest)
    return out
  }
}

/** What arrives next; afterwards the socket holds on to all that follows. */
function nextChunk(socket: Socket): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.pause()
      socket.off('data', onData)
      socket.off('close', onClose)
    }
    const onData = (chunk: Uint8Array): void => {
      settle()
      resolve(chunk)
    }
    const onClose = (): void => {
      settle()
      reject(new Error('the client has left'))
    }
    socket.on('data', onData)
    socket.on('close', onClose)
    if (socket.destroyed) onClose()
    else socket.resume()
  })
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
