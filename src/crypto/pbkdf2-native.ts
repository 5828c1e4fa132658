/** PBKDF2 by the platform, under the name that both forms have. */
export { nativePbkdf2 as pbkdf2 } from './native.ts'
