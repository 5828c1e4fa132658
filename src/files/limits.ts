/**
 * The numbers of window and gate, each with its reason.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Bytes under way before anything is known, and most ever: with 64 MiB, 1 Gbit/s at 300 ms are full. */
export const INITIAL = 1_048_576
export const MOST = 67_108_864
/** Lanes, unless told. */
export const LANES = 4
/** What is allowed of what the path holds: in the beginning; later; and while the queue is to run empty. */
export const STARTUP = 2
export const CRUISE = 1.25
export const DRAIN = 0.75
/** Rounds without growth after which the beginning is over, and what counts as growth. */
export const FLAT_ROUNDS = 3
export const GROWTH = 1.25
/** A path that is quick holds little; these bytes are allowed in any case, as far as they pass within so many ms. */
export const FLOOR = 2_097_152
export const FLOOR_TIME = 10_000
/** Nothing waits longer than this many ms by our own doing: servers refuse what is old. */
export const LONGEST = 20_000
/** The rate is the best of this and the last period: some round trips, at least so many ms. */
export const PERIOD_ROUNDS = 5
export const PERIOD = 1000
/** The least time is believed for this many ms, or of itself. */
export const LEAST_FOR = 10_000
export const LEAST_TIMES = 20
/** What is left of the pace after a failure, and after a wait. It doubles in so many ms; it never falls below a share. */
export const FAILED = 0.875
export const WAITED = 0.5
export const RECOVERY = 10_000
export const SLOWEST = 0.015_625
/** No part waits longer than this many ms for its pace: what was measured on small parts says little of large ones. */
export const LONGEST_GAP = 2_000
/** There is a lane for so many bytes allowed: what a system's socket buffers hold, and less. */
export const BYTES_PER_LANE = 2_097_152
/** A lane on trial stays if the rate has grown by this after so many periods; otherwise the next is tried later and later. */
export const LANE_GROWTH = 1.15
export const TRIAL = 3
export const REST = 6

/** Parts are looked through for overdue ones this often, in ms. */
export const LOOK_EVERY = 2_500
/** A part is overdue after this many ms, and so many times what it takes usually. */
export const OVERDUE = 5_000
export const OVERDUE_TIMES = 4
/** A part that is alone under way is overdue so many ms later, twice as many each time nothing has arrived since. */
export const LONELY = 10_000
/** A lane that has failed is left alone for this many ms. */
export const LEFT_ALONE = 30_000

/** Part sizes are multiples of this. */
export const PART_SIZE_STEP = 1024
/** The largest part; every part size divides it. */
export const MAX_PART_SIZE = 524_288
/** Files above this many bytes are "big". */
export const MAX_SMALL_SIZE = 10_485_760
/** Most parts of a file, for most accounts. */
export const MAX_PARTS = 4000
/** Most parts of a file for accounts with Premium. */
export const MAX_PARTS_PREMIUM = 8000
/** Most bytes of a photo or thumbnail: https://core.telegram.org/api/files#uploading-profile-or-chat-pictures */
export const MAX_PHOTO_SIZE = 10_485_760
/** Most pixels of a photo's width and height together, and of one side for each of the other: https://core.telegram.org/bots/api#sendphoto */
export const MAX_PHOTO_SUM = 10_000
export const MAX_PHOTO_RATIO = 20
/** Part size of small files: fine enough to fill several lanes and to move a progress bar. */
export const SMALL_PART_SIZE = 131_072
/** Least ms between two reports. */
export const INTERVAL = 100
/** Seconds over which the rate is averaged. */
export const MEMORY = 3
/** Wait after the first failure of a part, in ms, and the longest after many. */
export const FIRST_BACKOFF = 500
export const LONGEST_BACKOFF = 8_000
/** So many failed attempts at a part may not count: a lane that was given up takes the parts on it along, wrongly or not. */
export const MAX_SPARED = 5
/** Parts that wait at the gate before no more are read: so reading and sending overlap. */
export const READ_AHEAD = 2
