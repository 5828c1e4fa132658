/**
 * The order of types in the small form. Any order will do: types are found by name. This one was found by trying, against the
 * length of the bundle once it is compressed: like stands beside like, which saves 170 bytes of 6000 over the alphabet.
 */

const TRIED: ReadonlyMap<string, number> = new Map(
  `
  PhotoSize GeoPoint InputWebDocument InputGeoPoint InputDocument InputPhoto InputGroupCall InputUser InputFile
  WebDocument RichText EmojiStatus MessageEntity InputGame UserStatus RecentStory InputChannel InputPeer Document
  Photo ChatPhoto Reaction StarGiftAttribute Peer StarGiftBackground LabeledPrice DataJSON StarsAmount
  TextWithEntities Invoice Game messages.EmojiGameOutcome ReactionCount MediaArea StoryViews InputMedia
  MessageExtendedMedia InputClientProxy PollAnswerVoters PollAnswer InputStickerSet WebPage PageBlock PageTableRow
  PageCaption PageTableCell MaskCoords BaseTheme WallPaperSettings StoryFwdHeader GeoPointAddress PageRelatedArticle
  DocumentAttribute VideoSize WallPaper PeerColor ThemeSettings StarGiftAttributeRarity Page WebPageAttribute StarGift
  PollResults Poll MediaAreaCoordinates MessageMedia PageListOrderedItem TodoCompletion PageListItem TodoItem
  StoryItem UserProfilePhoto RestrictionReason User Chat Username auth.Authorization help.TermsOfService JSONValue
  PrivacyRule TodoList JSONObjectValue ChatBannedRights ChatAdminRights
  `
    .trim()
    .split(/\s+/)
    .map((name, index) => [name, index]),
)

/** Types in the order that was found; those it does not know come last, by the alphabet. */
export function inOrder(types: Iterable<string>): string[] {
  const place = (name: string): number => TRIED.get(name) ?? TRIED.size
  return [...types].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}
