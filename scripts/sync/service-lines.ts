/**
 * Lines of the MTProto schema that the source data lacks.
 *
 * Containers, call results and compressed packets are handled by hand in most clients and so are absent from the
 * package; the older forms of the key exchange are still spoken by clients in the field, and the test DC answers them.
 * Sources: https://core.telegram.org/mtproto/service_messages, https://core.telegram.org/mtproto/service_messages_about_messages,
 * https://core.telegram.org/schema/mtproto
 */
import { fromText, type SchemaLine } from './definition.ts'

const CONSTRUCTORS = `
gzip_packed#3072cfa1 packed_data:bytes = Object;
message#5bb8e511 msg_id:long seqno:int bytes:int body:Object = Message;
msg_container#73f1f8dc messages:vector message = MessageContainer;
msg_copy#e06046b2 orig_message:Message = MessageCopy;
msg_resend_ans_req#8610baeb msg_ids:Vector<long> = MsgResendReq;
p_q_inner_data#83c95aec pq:bytes p:bytes q:bytes nonce:int128 server_nonce:int128 new_nonce:int256 = P_Q_inner_data;
p_q_inner_data_temp#3c6a84d4 pq:bytes p:bytes q:bytes nonce:int128 server_nonce:int128 new_nonce:int256 expires_in:int = P_Q_inner_data;
rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult;
server_DH_params_fail#79cb045d nonce:int128 server_nonce:int128 new_nonce_hash:int128 = Server_DH_Params;
`

const METHODS = `
req_pq#60469778 nonce:int128 = ResPQ;
`

/** The lines to add to the MTProto schema. */
export const SERVICE_LINES: readonly SchemaLine[] = [
  ...CONSTRUCTORS.trim()
    .split('\n')
    .map((line) => fromText('constructor', line)),
  ...METHODS.trim()
    .split('\n')
    .map((line) => fromText('method', line)),
]
