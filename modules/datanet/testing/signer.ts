import { type GeneratedType, makeAuthInfoBytes, makeSignBytes, makeSignDoc, Registry } from "@cosmjs/proto-signing";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { signSecp256k1 } from "../../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { Msg as CurationMsg } from "../../../proto/gen/openledger/curation/v1.ts";
import { Msg as DatanetMsg } from "../../../proto/gen/openledger/datanet/v1.ts";
import { Msg as ModelMsg } from "../../../proto/gen/openledger/modelregistry/v1.ts";
import type { MessageCodec } from "../../../proto/runtime.ts";
import { wallet } from "../../testing/wallet.ts";

const codecs = [DatanetMsg, CurationMsg, ModelMsg].flatMap((service) =>
  Object.values(service).map(({ request }) => request as unknown as MessageCodec<unknown>),
);

/** The generated codecs stand in a CosmJS registry as they are. */
const registry = new Registry(codecs.map((codec) => [codec.typeUrl, codec as unknown as GeneratedType]));

/** A transaction of one message, signed by a test wallet as CosmJS signs. */
export function signTx<M>(
  name: string,
  message: { readonly codec: MessageCodec<M>; readonly value: M },
  place: { readonly sequence: number; readonly accountNumber: number; readonly gas: number },
): Uint8Array {
  const { pubKey } = wallet(name);
  const messages = [{ typeUrl: message.codec.typeUrl, value: message.value }];
  const bodyBytes = registry.encode({ typeUrl: "/cosmos.tx.v1beta1.TxBody", value: { messages } });
  const pubkey = { typeUrl: PubKey.typeUrl, value: PubKey.encode({ key: pubKey }).finish() };
  const signers = [{ pubkey, sequence: place.sequence }];
  const authInfoBytes = makeAuthInfoBytes(signers, [], place.gas, undefined, undefined);
  const doc = makeSignDoc(bodyBytes, authInfoBytes, "test-1", place.accountNumber);
  const signature = signSecp256k1(sha256(utf8Bytes(`test wallet ${name}`)), sha256(makeSignBytes(doc)));
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
}
