/**
 * People and places.
 *
 * Sources: https://core.telegram.org/constructor/inputMediaContact, …/inputMediaGeoPoint, …/inputMediaGeoLive, …/inputMediaVenue
 */
import { checkOptions } from '#check-given'
import { UsageError } from '../../errors.ts'
import type {
  inputGeoPoint,
  inputMediaContact,
  inputMediaGeoLive,
  inputMediaGeoPoint,
  inputMediaVenue,
} from '../../tl/generated/api-types.ts'

/** Somebody. */
export interface ContactFacts {
  /** With the country's code: `+49 170 1234567`. */
  readonly phone: string
  readonly firstName: string
  readonly lastName?: string | undefined
  /** More of them, as a vCard: at most 2048 bytes. */
  readonly vcard?: string | undefined
}

/** Somewhere. */
export interface Point {
  /** Degrees, -90 to 90. */
  readonly latitude: number
  /** Degrees, -180 to 180. */
  readonly longitude: number
  /** Metres within which it is (up to 1500). */
  readonly accuracy?: number | undefined
}

/** Where somebody is, for a while. */
export interface LivePoint extends Point {
  /** Seconds (60 to 86400) for which it is told; `'forever'`: until it is stopped. */
  readonly period: number | 'forever'
  /** Degrees (1 to 360) in which somebody moves. */
  readonly heading?: number | undefined
  /** Metres (up to 100000) from which on others are told that somebody is near. */
  readonly alertWithin?: number | undefined
}

/** A shop, a station, a monument. */
export interface VenueFacts extends Omit<Point, 'accuracy'> {
  readonly title: string
  readonly address: string
  /** In whose list it stands: `foursquare` or `gplaces`. */
  readonly provider?: string | undefined
  /** By what id it stands there. */
  readonly id?: string | undefined
  /** What it is, in the words of that list: `arts_entertainment/aquarium`. */
  readonly type?: string | undefined
}

/** Somebody's phone number and name. */
export function contact(facts: ContactFacts): inputMediaContact {
  checkOptions('contact', facts, true)
  const { phone, firstName, lastName = '', vcard = '' } = facts
  return { _: 'inputMediaContact', phoneNumber: phone, firstName, lastName, vcard }
}

/**
 * A place on the map.
 *
 * ```ts
 * location({ latitude: 52.5163, longitude: 13.3777 })
 * ```
 */
export function location(point: Point): inputMediaGeoPoint {
  checkOptions('location', point, true)
  return { _: 'inputMediaGeoPoint', geoPoint: geoPoint(point) }
}

/** What stands for a live location without an end. */
const FOREVER = 0x7fffffff

/** A place on the map that changes for a while. */
export function liveLocation(live: LivePoint): inputMediaGeoLive {
  checkOptions('liveLocation', live, true)
  const { period, heading, alertWithin, ...point } = live
  // Without one the server would show it for ever.
  if (period === undefined) throw new UsageError("liveLocation() needs period: seconds, or 'forever'")
  return {
    _: 'inputMediaGeoLive',
    geoPoint: geoPoint(point),
    ...(heading !== undefined && { heading }),
    period: period === 'forever' ? FOREVER : period,
    ...(alertWithin !== undefined && { proximityNotificationRadius: alertWithin }),
  }
}

/** A place on the map with a name and an address. */
export function venue(facts: VenueFacts): inputMediaVenue {
  checkOptions('venue', facts, true)
  const { title, address, provider = '', id = '', type = '', ...point } = facts
  return { _: 'inputMediaVenue', geoPoint: geoPoint(point), title, address, provider, venueId: id, venueType: type }
}

function geoPoint({ latitude, longitude, accuracy }: Point): inputGeoPoint {
  return {
    _: 'inputGeoPoint',
    lat: latitude,
    long: longitude,
    ...(accuracy !== undefined && { accuracyRadius: Math.round(accuracy) }),
  }
}
