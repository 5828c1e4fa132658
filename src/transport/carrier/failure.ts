/** Turns what the system says about a failed connection into one plain sentence: what, where, why, what to check. */
import { hint, reasonOfSystem } from '#explain'
import { TransportError } from '../../errors.ts'
import { type Address, formatAddress } from './carrier.ts'

function reasonOf(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : cause
  return reasonOfSystem(cause) ?? ((typeof said === 'string' && said) || 'no reason was given')
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
    `cannot connect to ${formatAddress(address)}: no answer within ${timeout / 1000} s${hint('; check address, network and firewalls') ?? ''}`,
  )
}

/** The error for an open connection that ended without our doing. */
export function connectionClosed(name: string, cause?: unknown): TransportError {
  const why = cause === undefined ? 'the other side ended it' : reasonOf(cause)
  return new TransportError('CONNECTION_CLOSED', `the connection to ${name} is closed: ${why}`, { cause })
}
