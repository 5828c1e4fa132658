/** PBKDF2 in plain JavaScript, under the name that both forms have. */
export { portablePbkdf2 as pbkdf2 } from './pbkdf2.ts'
