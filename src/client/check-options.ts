/**
 * Checks the options of a connection, for callers without types: each slip gets a sentence that names it.
 *
 * Where every byte counts (bundles for browsers) the types alone must do.
 */
import { UsageError } from '../errors.ts'
import { TRANSPORTS } from '../transport/codec.ts'
import { MAX_LANES } from './limits.ts'
import type { ConnectOptions } from './options.ts'
import { parseProxy } from './proxy-link.ts'

/** @throws UsageError for options that cannot be */
export function checkOptions(options: ConnectOptions): void {
  if (!isObject(options))
    throw new UsageError('connect takes an object of options: at least apiId, apiHash, and botToken or login')
  const {
    apiId,
    apiHash,
    botToken,
    dc,
    transport,
    storage,
    maxWait,
    lanes,
    onEvent,
    observe,
    signal,
    methods,
    proxy,
    ipv6,
    dial,
  } = options
  const must = (name: string, value: unknown, fits: boolean, what: string): void => {
    if (value !== undefined && !fits) throw new UsageError(`${name} must be ${what}, not ${show(value)}`)
  }
  const isId = Number.isInteger(apiId) && apiId > 0 && apiId < 2 ** 31
  must('apiId', apiId ?? null, isId, 'a positive whole number, as https://my.telegram.org shows it')
  const isHash = typeof apiHash === 'string' && apiHash !== ''
  must('apiHash', apiHash ?? null, isHash, 'the string that https://my.telegram.org shows')
  const isToken = typeof botToken === 'string' && /^\d+:\S+$/.test(botToken)
  must('botToken', botToken, isToken, 'one of @BotFather: a number, a colon, 35 characters')
  const { login } = options
  must('login', login, typeof login === 'function', 'what phoneLogin() or qrLogin() makes')
  if (login && botToken !== undefined) throw new UsageError('botToken and login exclude each other: leave one out')
  const isTransport = isObject(transport)
    ? typeof transport.codec === 'function' && typeof transport.dial === 'function'
    : TRANSPORTS.some((name) => name === transport)
  must('transport', transport, isTransport, `one of ${TRANSPORTS.join(', ')}, or what httpWay() makes`)
  must('maxWait', maxWait, typeof maxWait === 'number' && maxWait >= 0, 'a number of seconds, 0 or more')
  const areLanes = Number.isInteger(lanes) && lanes! > 0 && lanes! <= MAX_LANES
  must('lanes', lanes, areLanes, `a whole number from 1 to ${MAX_LANES}`)
  must('onEvent', onEvent, typeof onEvent === 'function', 'a function')
  must('observe', observe, typeof observe === 'function', 'a function, as observed is one')
  must('signal', signal, signal instanceof AbortSignal, 'an AbortSignal')
  must('ipv6', ipv6, typeof ipv6 === 'boolean', 'true or false')
  must('proxy', proxy, typeof proxy === 'string' || isObject(proxy), 'a URL, or an object with type, host and port')
  if (proxy !== undefined) {
    const { type } = parseProxy(proxy)
    if (dial) throw new UsageError('proxy and dial exclude each other: a dial of your own opens connections by itself')
    if (type === 'mtproxy' && transport !== undefined)
      throw new UsageError('an MTProxy decides how packets travel: leave transport out')
  }
  const { forwardSecrecy, datacenters } = options
  const isSecret = typeof forwardSecrecy === 'boolean' || typeof forwardSecrecy === 'function'
  must('forwardSecrecy', forwardSecrecy, isSecret, 'true, false, or what forwardSecrecy() makes')
  must('datacenters', datacenters, typeof datacenters === 'function', 'otherDatacenters')
  must('peers', options.peers, typeof options.peers === 'function', 'a function, as findPeer is')
  must('methods', methods, Array.isArray(methods), 'an array of methods')
  const isStorage = isObject(storage) && typeof storage.load === 'function' && typeof storage.save === 'function'
  must(
    'storage',
    storage,
    isStorage || (typeof storage === 'string' && storage !== ''),
    'a path, or an object with load and save',
  )
  must('dc', dc, isObject(dc), 'an object with id, host, port and serverKeys')
  if (dc === undefined) return
  const { id, host, port, serverKeys } = dc
  const need = (name: string, value: unknown, fits: boolean, what: string): void =>
    must(`dc.${name}`, value ?? null, fits, what)
  need('id', id, Number.isInteger(id) && id > 0 && id < 10_000, "the datacenter's number, a positive whole number")
  need('host', host, typeof host === 'string' && host !== '', 'a host name or an IP address')
  need('port', port, Number.isInteger(port) && port > 0 && port < 65_536, 'a port from 1 to 65535')
  const areKeys = Array.isArray(serverKeys) && serverKeys.every((key) => typeof key === 'string' || isObject(key))
  need('serverKeys', serverKeys, areKeys, 'an array of public keys, in PEM or parsed')
  if (serverKeys.length === 0) throw new UsageError('dc.serverKeys is empty: give the public key of the server')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a sentence; strings are not shown, as they may be secrets. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return value === '' ? 'the empty string' : 'that string'
  const text = typeof value === 'object' && value !== null ? 'an object' : String(value)
  return text === 'null' ? 'nothing' : text
}
