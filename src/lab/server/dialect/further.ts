/**
 * Methods beyond those that code is generated for: other clients call them when they start.
 *
 * What a client needs beyond these gets a proper error. Source: https://core.telegram.org/methods
 */

export const FURTHER_METHODS: readonly string[] = [
  'invokeAfterMsgs#3dc4b4f0 {X:Type} msg_ids:Vector<long> query:!X = X;',
  'invokeWithMessagesRange#365275f2 {X:Type} range:MessageRange query:!X = X;',
  'invokeWithTakeout#aca9fd2e {X:Type} takeout_id:long query:!X = X;',
  'updates.getState#edd4882a = updates.State;',
  'updates.getDifference#19c2f763 flags:# pts:int pts_limit:flags.1?int pts_total_limit:flags.0?int date:int qts:int qts_limit:flags.2?int = updates.Difference;',
  'help.getNearestDc#1fb33026 = NearestDc;',
  'account.updateStatus#6628562c offline:Bool = Bool;',
  'auth.dropTempAuthKeys#8e48a188 except_auth_keys:Vector<long> = Bool;',
  'help.getCdnConfig#52029342 = CdnConfig;',
]

export const FURTHER_TYPES: readonly string[] = [
  'updates.state#a56c2a3e pts:int qts:int date:int seq:int unread_count:int = updates.State;',
  'updates.differenceEmpty#5d75a138 date:int seq:int = updates.Difference;',
  'nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc;',
  'cdnConfig#5725e40a public_keys:Vector<CdnPublicKey> = CdnConfig;',
  'messageRange#ae30253 min_id:int max_id:int = MessageRange;',
]
