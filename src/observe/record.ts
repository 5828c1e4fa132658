/**
 * An event as plain data, for JSON: what JSON does not have becomes a string, and of an error what says what it is.
 */
import type { ClientEvent } from '../client/events.ts'
import { MtprotoError, RpcError } from '../errors.ts'

/** A value that JSON has. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The event's fields, those that are `undefined` left out. Large whole numbers are decimal strings; an error is an object with
 * `name`, `message`, and `code` and `text` where it has them.
 */
export function recordOf(event: ClientEvent): { readonly [key: string]: Json } {
  return fieldsOf(event)
}

function fieldsOf(value: object): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]: [string, unknown]) => (one === undefined ? [] : [[name, plain(one)]])),
  )
}

function plain(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return value.toString()
    case 'object': {
      if (value === null) return null
      if (value instanceof Error) return errorFields(value)
      return Array.isArray(value) ? value.map(plain) : fieldsOf(value)
    }
    default:
      return String(value)
  }
}

function errorFields(error: Error): Json {
  const { name, message } = error
  return {
    name,
    message,
    ...(error instanceof MtprotoError && { code: error.code }),
    ...(error instanceof RpcError && { text: error.text }),
  }
}
