/**
 * Counters in the text format of Prometheus.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */

const PREFIX = 'mtproto_upload'

/** What is printed: numbers by name, and times that were measured. */
interface Numbers {
  readonly roundTrips: { readonly smoothed: number | undefined }
}

/** Names that say their unit by themselves, and those of what goes up and down. */
const NAMES: Readonly<Record<string, string>> = {
  secondsWaited: 'wait_seconds_total',
  connectionsOpen: 'connections_open',
}

/** The page that a scrape gets. */
export function prometheusText(snapshot: Numbers & object): string {
  const { roundTrips, ...rest } = snapshot
  const lines = Object.entries(rest).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'number' ? sample(NAMES[name] ?? `${snakeCase(name)}_total`, value) : [],
  )
  const { smoothed } = roundTrips
  if (smoothed !== undefined) lines.push(...sample('round_trip_smoothed_seconds', smoothed / 1000))
  return `${lines.join('\n')}\n`
}

/** One number with its type: a counter if its name ends in `_total`. */
function sample(name: string, value: number): string[] {
  const full = `${PREFIX}_${name}`
  return [`# TYPE ${full} ${name.endsWith('_total') ? 'counter' : 'gauge'}`, `${full} ${value}`]
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
