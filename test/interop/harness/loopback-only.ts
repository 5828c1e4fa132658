/**
 * Loaded into every Node client before anything else (`--import`): a connection to anywhere but this machine is refused
 * and ends the program. No client may reach for Telegram's servers, whose addresses are built into all of them.
 */
import { Socket } from 'node:net'

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

const { connect } = Socket.prototype

/** The host among the forms of arguments that `connect` takes; undefined for a path or the default, which is local. */
function hostOf(args: readonly unknown[]): unknown {
  // `net.connect` hands its arguments on as one array that it has already sorted.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  if (typeof first === 'object' && first !== null) return (first as { host?: unknown }).host
  return typeof second === 'string' ? second : undefined
}

Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args)
  if (typeof host === 'string' && !LOOPBACK.has(host)) {
    console.error(`refused: a connection to ${host}`)
    process.exit(3)
  }
  return Reflect.apply(connect, this, args) as Socket
}
