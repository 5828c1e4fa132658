/**
 * The real world: the platform's clocks, timers and random numbers, on every runtime alike.
 *
 * Timers keep the process alive while they are pending; they never fire early on the monotonic clock, and they reach
 * beyond the 24.8 days that the platform's own timers allow.
 */
import type { Host, RandomSource, Timer } from '../../host.ts'

/** Longest delay of one `setTimeout`, in milliseconds; longer ones fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1

/** Most bytes that one call of `crypto.getRandomValues` fills; https://www.w3.org/TR/WebCryptoAPI/#Crypto-method-getRandomValues */
const RANDOM_QUOTA = 65_536

const random: RandomSource = (into) => {
  for (let at = 0; at < into.length; at += RANDOM_QUOTA) {
    globalThis.crypto.getRandomValues(into.subarray(at, at + RANDOM_QUOTA) as Uint8Array<ArrayBuffer>)
  }
  return into
}

function setTimer(delay: number, fire: () => void): Timer {
  const deadline = performance.now() + Math.max(0, delay)
  let handle: ReturnType<typeof setTimeout>
  const wait = (left: number): void => {
    handle = setTimeout(
      () => {
        const rest = deadline - performance.now()
        if (rest > 0) wait(rest)
        else fire()
      },
      Math.min(Math.ceil(left), LONGEST_DELAY),
    )
  }
  wait(Math.max(0, delay))
  return { cancel: () => clearTimeout(handle) }
}

/** The platform's own clocks, timers and random numbers. */
export const systemHost: Host = {
  wallClock: () => Date.now(),
  now: () => performance.now(),
  setTimer,
  random,
}
