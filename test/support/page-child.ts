/**
 * Opens the example's page without a browser: `node page-child.js JSON`. The bundle for browsers runs as it is; what the page gives it
 * is made here: a form with its fields, an address, a WebSocket.
 */
import { readFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { WebSocket } from 'ws'

/** What the page is given. */
export interface PageJob {
  readonly bundle: string
  readonly search: string
  readonly file: string
  readonly fields: Readonly<Record<string, string>>
}

const { bundle, search, file, fields } = JSON.parse(argv[2]!) as PageJob

/** An element with a value, that can be listened to. */
class Element extends EventTarget {
  readonly id: string
  files: File[] | undefined
  #value: string | number = ''

  constructor(id: string) {
    super()
    this.id = id
  }

  get value(): string | number {
    return this.#value
  }

  set value(value: string | number) {
    this.#value = value
    stdout.write(`${this.id}: ${value}\n`)
  }
}

const elements = new Map<string, Element>()
const element = (id: string): Element => {
  const found = elements.get(id) ?? new Element(id)
  elements.set(id, found)
  return found
}
for (const [id, value] of Object.entries(fields)) element(id).value = value
element('file').files = [new File([readFileSync(file)], 'cat.jpg', { type: 'image/jpeg' })]
Object.assign(globalThis, { WebSocket, location: { search }, document: { getElementById: element } })

await import(bundle)
element('form').dispatchEvent(new Event('submit'))
