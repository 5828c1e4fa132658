/** A window of a fixed width over a fixed number of lanes, for tests of what stands around it. */
import { createWindow, type WindowPolicy } from '../../src/files/index.ts'

export function fixedWindow(allowed: number, lanes: number, more: Partial<WindowPolicy> = {}): WindowPolicy {
  const fixed = { allowed, lanes, ...more }
  return Object.defineProperties(
    createWindow(),
    Object.fromEntries(Object.entries(fixed).map(([name, value]) => [name, { value }])),
  )
}
