/**
 * `mtproto-upload/lab/simulator`: the whole client against the whole test DC, in virtual time, from one seed, under every
 * fault.
 */
export { digestOf } from './digest.ts'
export { drawPlan } from './draw-plan.ts'
export { FAULT_CLASSES, type FaultClass, type Plan } from './plan.ts'
export { Stream } from './random.ts'
export type { Violation } from './referee.ts'
export { play, type Report, type SimulateOptions, simulate } from './run.ts'
