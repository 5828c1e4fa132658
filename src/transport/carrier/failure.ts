/** Turns what the system says about a failed connection into one plain sentence: what, where, why, what to check. */
import { TransportError } from '../../errors.ts'
import { type Address, formatAddress } from './carrier.ts'

/** Reasons by the system's error code: what happened; what to check. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused); check the port, and that the server runs',
  ENOTFOUND: 'there is no such host name; check its spelling',
  EAI_AGAIN: 'the host name could not be looked up; check the network and its DNS server',
  EHOSTUNREACH: 'the host cannot be reached; check the address and the route to it',
  ENETUNREACH:
    'there is no network that leads there; check that this machine is online, and has IPv6 if the address is IPv6',
  ENETDOWN: 'the network is down; check that this machine is online',
  EADDRNOTAVAIL: 'this machine has no address to connect from; check its network',
  ECONNRESET: 'the other side broke the connection off; a firewall or proxy in between may do that too',
  ECONNABORTED: 'the connection was broken off by this machine or its network',
  EPIPE: 'the other side had already closed the connection',
  ETIMEDOUT: 'no answer came; check the address, the network, and any firewall in between',
  EACCES: 'this machine does not permit the connection; check its firewall',
  EPERM: 'this machine does not permit the connection; check its firewall',
  EMFILE: 'this process has too many files and connections open',
}

/** The system's code for `cause`; of several attempts, the first's. */
function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  const { code, errors } = cause as { code?: unknown; errors?: unknown }
  const inner = Array.isArray(errors) ? codeOf(errors[0]) : undefined
  return inner ?? (typeof code === 'string' ? code : undefined)
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  const known = code === undefined ? undefined : REASONS[code]
  if (known) return known
  const said = cause instanceof Error ? cause.message : cause
  return (typeof said === 'string' && said) || code || 'no reason was given'
}

/** The error for a connection that could not be opened. */
export function connectFailed(address: Address, cause: unknown): TransportError {
  return new TransportError('CONNECT_FAILED', `cannot connect to ${formatAddress(address)}: ${reasonOf(cause)}`, {
    cause,
  })
}

/** The error for a connection that was not open in time. */
export function connectTimedOut(address: Address, timeout: number): TransportError {
  return new TransportError(
    'CONNECT_TIMEOUT',
    `cannot connect to ${formatAddress(address)}: no answer within ${timeout / 1000} s; ` +
      'check the address, the network, and any firewall or proxy in between',
  )
}

/** The error for an open connection that ended without our doing. */
export function connectionClosed(name: string, cause?: unknown): TransportError {
  const message = `the connection to ${name} is closed: ${cause === undefined ? 'the other side ended it' : reasonOf(cause)}`
  return new TransportError('CONNECTION_CLOSED', message, cause === undefined ? {} : { cause })
}
