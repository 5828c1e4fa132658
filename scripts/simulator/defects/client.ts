/**
 * Defects of the client: the account, its login, its policy for what failed.
 */
import type { Defects } from '../defect.ts'

const CLIENT = 'src/client/client.ts'
const ACCOUNT = 'src/client/account.ts'
const POLICY = 'src/client/policy.ts'

export const CLIENT_DEFECTS: Defects = {
  'lost-part-ignored': {
    what: 'a part that the server has lost is not sent again',
    file: CLIENT,
    find: "error.type === 'FILE_PART_X_MISSING'",
    replace: "error.type === 'FILE_PARTS_MISSING'",
    within: 60,
  },
  'media-made-twice': {
    what: 'media are made twice of one file now and then',
    file: CLIENT,
    find: 'return await this.#account.invoke(messagesUploadMedia, request, { signal: watch.signal })',
    replace: `const made = await this.#account.invoke(messagesUploadMedia, request, { signal: watch.signal })
        return uploads[0]?.parts === 3 ? await this.#account.invoke(messagesUploadMedia, request, {}) : made`,
    within: 60,
  },
  'no-login-again': {
    what: 'a login that the server has forgotten is not renewed',
    file: ACCOUNT,
    find: 'LOGGED_OUT.test(type) && method !== BOT_LOGIN',
    replace: "botToken === '' && method !== BOT_LOGIN",
    within: 20,
  },
  'migration-ignored': {
    what: 'an account that lives elsewhere is looked for in the same place again',
    file: ACCOUNT,
    find: 'const next = this.openAt(id, address)',
    replace: 'const next = this.openAt(dc.id)',
    within: 20,
  },
  'flood-not-waited': {
    what: 'a call that has to wait is made again at once',
    file: POLICY,
    find: '(waitSeconds || 1) * 1000',
    replace: '(waitSeconds || 1)',
    within: 120,
  },
  'faults-not-repeated': {
    what: 'a fault of the server ends a call at once',
    file: POLICY,
    find: ': attempt >= ATTEMPTS',
    replace: ': attempt >= 1',
    within: 20,
  },
  'busy-retries': {
    what: 'after a fault of the server a call is made again without end',
    file: POLICY,
    find: 'const pause = told ? (waitSeconds || 1) * 1000 : backoff(attempt++, host.random)',
    replace: 'const pause = attempt * 0',
    within: 120,
  },
}
