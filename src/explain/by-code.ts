/**
 * What to do about an error of the API, by its code alone.
 *
 * Source: https://core.telegram.org/api/errors
 */

/** By code, for errors that have no clause of their own. */
export const BY_CODE: Readonly<Record<number, string>> = {
  303: 'datacenter X serves this; repeat the call there',
  400: 'the request is not valid as it is; change it before trying again',
  401: 'log in again',
  403: 'this account is not allowed to do this',
  404: 'the method or thing does not exist on the server',
  406: 'the server does not accept this now; repeating will not help',
  420: 'too many requests; wait before the next',
  500: 'the server has a fault; try again later',
}

/** The clause for a code; negative ones count as faults of the server. */
export function adviceByCode(code: number): string {
  return BY_CODE[code] ?? BY_CODE[code < 0 || code > 500 ? 500 : 400]!
}
