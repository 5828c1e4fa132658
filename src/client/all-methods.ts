/**
 * The methods that `client.invoke` knows by name where size does not matter: all that the package was generated with.
 */
import * as generated from '../tl/generated/client/methods.ts'
import type { NamedMethod } from './methods.ts'

/** What can be called by name. */
export const ALL_METHODS: readonly NamedMethod[] = Object.values(generated).filter((one) => typeof one === 'object')
