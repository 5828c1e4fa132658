/**
 * What a server means by a transport error: the four bytes it sends instead of a packet.
 *
 * Source: https://core.telegram.org/mtproto/mtproto-transports#transport-errors
 */
const MEANING: Readonly<Record<number, string>> = {
  [-404]: 'refused the key exchange; check the DC number and the address',
  [-429]: 'says there are too many connections from this address; try again later',
  [-444]: 'is not the datacenter that was asked for; check the DC number and the address',
}

/** A clause that goes on after the server's name. */
export function meaningOfStatus(status: number): string {
  return MEANING[status] ?? 'refused the connection'
}
