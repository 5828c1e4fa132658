/**
 * What probes find in browsers and in every other runtime that is not Node's kin: nothing beyond what they are given.
 */
import type { ProbeTools } from './tools.ts'

export const tools: ProbeTools = {}
