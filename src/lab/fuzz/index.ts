/**
 * Entry `mtproto-upload/lab/fuzz`: the fuzzer, and its targets for everything here that takes bytes from strangers.
 *
 * Without instrumentation it fuzzes blindly, which is what other people's code gets; in the repository `npm run fuzz` puts
 * counters into the code and follows them.
 * @example
 * import { Fuzzer, targets } from 'mtproto-upload/lab/fuzz'
 *
 * const fuzzer = new Fuzzer({ target: targets.session!, seed: 1 })
 * while (!fuzzer.finding && fuzzer.runs < 100_000) await fuzzer.step()
 */
import type { FuzzTarget } from './target.ts'
import { target as exchangeClient } from './targets/exchange-client.ts'
import { target as fileId } from './targets/file-id.ts'
import { target as framing } from './targets/framing.ts'
import { target as gzip } from './targets/gzip.ts'
import { target as pem } from './targets/pem.ts'
import { target as plain } from './targets/plain.ts'
import { target as proxies } from './targets/proxies.ts'
import { target as server } from './targets/server.ts'
import { target as session } from './targets/session.ts'
import { target as sessionFile } from './targets/session-file.ts'
import { target as sessionString } from './targets/session-string.ts'
import { target as tlRequests } from './targets/tl-requests.ts'
import { target as tlResults } from './targets/tl-results.ts'

export { type Coverage, type Finding, Fuzzer, type FuzzerOptions, type Reached, Runner } from './fuzzer.ts'
export { type MutationSource, mutate } from './mutate.ts'
export { SeededNumbers } from './random.ts'
export { type Keeps, shrink } from './shrink.ts'
export { type Bound, FuzzFailure, type FuzzTarget, must, type Outcome, outcomeOf } from './target.ts'

/** Every target of this package, by its name. */
export const targets: Readonly<Record<string, FuzzTarget>> = {
  'exchange-client': exchangeClient,
  'file-id': fileId,
  framing,
  gzip,
  pem,
  plain,
  proxies,
  server,
  'session-file': sessionFile,
  'session-string': sessionString,
  session,
  'tl-requests': tlRequests,
  'tl-results': tlResults,
}
