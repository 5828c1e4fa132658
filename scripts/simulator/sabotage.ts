/**
 * Defects to plant: each replaces one exact piece of one source file, so that it can be shown that the simulator finds it.
 *
 * The lists stand in `defects/`, by the floor of the house that the defect is in.
 */
import type { Defects } from './defect.ts'
import { CLIENT_DEFECTS } from './defects/client.ts'
import { CONNECTION_DEFECTS } from './defects/connection.ts'
import { ENGINE_DEFECTS } from './defects/engine.ts'
import { FILE_DEFECTS } from './defects/files.ts'
import { INBOX_DEFECTS } from './defects/inbox.ts'
import { REACTION_DEFECTS } from './defects/reactions.ts'
import { SESSION_DEFECTS } from './defects/session.ts'

export type { Patch } from './defect.ts'

/** All defects, by the names that `--sabotage` takes. */
export const SABOTAGES: Defects = {
  ...SESSION_DEFECTS,
  ...INBOX_DEFECTS,
  ...REACTION_DEFECTS,
  ...CONNECTION_DEFECTS,
  ...FILE_DEFECTS,
  ...ENGINE_DEFECTS,
  ...CLIENT_DEFECTS,
}
