/**
 * Every method that code is generated for, by its name.
 */
import { AUTH_METHODS } from './auth.ts'
import { CONFIG_METHODS } from './config.ts'
import type { Handlers } from './handler.ts'
import { LOGIN_METHODS } from './login.ts'
import { PEER_METHODS } from './peer-lookups.ts'
import { UPLOAD_METHODS } from './upload.ts'
import { UPLOAD_MEDIA_METHODS } from './upload-media.ts'

export const METHODS: Handlers = {
  ...AUTH_METHODS,
  ...CONFIG_METHODS,
  ...LOGIN_METHODS,
  ...PEER_METHODS,
  ...UPLOAD_METHODS,
  ...UPLOAD_MEDIA_METHODS,
}
