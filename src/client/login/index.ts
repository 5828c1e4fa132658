/**
 * Logging in as a person: by phone number, by QR code, with a password where the account has one. And logging out.
 */
export type { CodeDelivery, CodeRequest } from './code.ts'
export type { Login, LoginContext } from './context.ts'
export { type LoggedInClient, logOut } from './log-out.ts'
export type { AskPassword, PasswordRequest } from './password.ts'
export { type PhoneLoginOptions, type PhoneRequest, phoneLogin, RESEND } from './phone.ts'
export { type QrLoginOptions, type QrToken, qrLogin } from './qr.ts'
