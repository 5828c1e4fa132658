/**
 * What media of the world refer to beside files: games, stories, and what is staked on dice; and on whose behalf bots act.
 */
import type { StoredDocument, StoredPhoto } from './media-store.ts'

/** A game that a bot has been given by @BotFather. https://core.telegram.org/api/bots/games */
export interface WorldGame {
  readonly id: bigint
  readonly accessHash: bigint
  readonly botId: bigint
  readonly shortName: string
  readonly title: string
  readonly description: string
  readonly photo?: StoredPhoto | undefined
}

/** A story that somebody has posted. https://core.telegram.org/api/stories */
export interface WorldStory {
  /** Whose it is: a user, or a channel. */
  readonly ownerId: bigint
  readonly id: number
  readonly media: StoredPhoto | StoredDocument
  /** The seconds at which it was posted and at which it is gone. */
  readonly date: number
  readonly expireDate: number
  readonly caption?: string | undefined
}

/** The game of dice on which something is staked, as `messages.getEmojiGameInfo` tells it. https://core.telegram.org/api/dice */
export interface StakedDice {
  readonly gameHash: string
  /** What each value from 1 on wins, in thousandths of the stake. */
  readonly wins: readonly number[]
}

/** A bot that acts for somebody. https://core.telegram.org/api/bots/connected-business-bots */
export interface BusinessConnection {
  /** For whom. */
  readonly userId: bigint
  /** Which bot; any unless told. */
  readonly botId?: bigint | undefined
  /** It was taken back. */
  disabled?: boolean | undefined
  /** Whether it may write: true unless told. */
  mayReply?: boolean | undefined
  /** With whom; anybody unless told. */
  readonly peers?: Set<bigint> | undefined
  /** Who has written in the last 24 hours; everybody unless told. */
  readonly active?: Set<bigint> | undefined
}

/** By what a story is found. */
export function storyKey(ownerId: bigint, id: number): string {
  return `${ownerId}:${id}`
}
