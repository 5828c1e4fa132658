/** Turns what the system says about a failed connection into one plain sentence: what, where, why, what to check. */
import { reasonOfSystem } from '#explain'
import { TransportError } from '../../errors.ts'
import { type Address, formatAddress } from './carrier.ts'

/** The system's code for `cause`; of several attempts, the first's. */
function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  const { code, errors } = cause as { code?: unknown; errors?: unknown }
  const inner = Array.isArray(errors) ? codeOf(errors[0]) : undefined
  return inner ?? (typeof code === 'string' ? code : undefined)
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  const known = code === undefined ? undefined : reasonOfSystem(code)
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
    `cannot connect to ${formatAddress(address)}: no answer within ${timeout / 1000} s; check address, network and firewalls`,
  )
}

/** The error for an open connection that ended without our doing. */
export function connectionClosed(name: string, cause?: unknown): TransportError {
  const message = `the connection to ${name} is closed: ${cause === undefined ? 'the other side ended it' : reasonOf(cause)}`
  return new TransportError('CONNECTION_CLOSED', message, cause === undefined ? {} : { cause })
}
