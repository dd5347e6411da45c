import {
  type EncodeObject,
  type GeneratedType,
  makeAuthInfoBytes,
  makeSignBytes,
  makeSignDoc,
  Registry,
} from "@cosmjs/proto-signing";
import { MsgMultiSend, MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { SimulateRequest } from "cosmjs-types/cosmos/tx/v1beta1/service";
import { AuthInfo, Fee, Tx, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { addresses } from "../../chain/app/addresses.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { addressOfSecp256k1, secp256k1PublicKey, signSecp256k1 } from "../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";

const BANK_TYPES: [string, GeneratedType][] = [
  ["/cosmos.bank.v1beta1.MsgSend", MsgSend],
  ["/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend],
];

export interface SignOptions {
  readonly sequence: number;
  readonly accountNumber: number;
  readonly chainId?: string;
  readonly gas?: number;
  readonly fee?: { readonly denom: string; readonly amount: string }[];
  readonly memo?: string;
  readonly timeoutHeight?: bigint;
  readonly mode?: SignMode;
}

/** A test account that signs as CosmJS does. */
export interface Wallet {
  readonly address: string;
  readonly pubKey: Uint8Array;
  sign(messages: readonly EncodeObject[], options: SignOptions): Uint8Array;
  /** An encoded SimulateRequest as CosmJS sends it. */
  simulation(messages: readonly EncodeObject[], sequence: number): Uint8Array;
}

/** Account whose secret is the hash of its name. */
export function wallet(
  name: string,
  options: { prefix?: string | undefined; chainId?: string; types?: readonly [string, GeneratedType][] } = {},
): Wallet {
  const registry = new Registry([...BANK_TYPES, ...(options.types ?? [])]);
  const secret = sha256(utf8Bytes(`test wallet ${name}`));
  const pubKey = secp256k1PublicKey(secret);
  const address = addresses(options.prefix ?? "open").toText(addressOfSecp256k1(pubKey));
  const pubkey = { typeUrl: PubKey.typeUrl, value: PubKey.encode({ key: pubKey }).finish() };
  return {
    address,
    pubKey,
    sign(messages, sign) {
      const bodyBytes = registry.encode({
        typeUrl: "/cosmos.tx.v1beta1.TxBody",
        value: { messages: [...messages], memo: sign.memo ?? "", timeoutHeight: sign.timeoutHeight },
      });
      const fee = sign.fee ?? [];
      const signer = [{ pubkey, sequence: sign.sequence }];
      const gas = sign.gas ?? 200_000;
      const authInfoBytes = makeAuthInfoBytes(signer, fee, gas, undefined, undefined, sign.mode);
      const chainId = sign.chainId ?? options.chainId ?? "test-1";
      const doc = makeSignDoc(bodyBytes, authInfoBytes, chainId, sign.accountNumber);
      const signature = signSecp256k1(secret, sha256(makeSignBytes(doc)));
      return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
    },
    simulation(messages, sequence) {
      const tx = Tx.fromPartial({
        authInfo: AuthInfo.fromPartial({
          fee: Fee.fromPartial({}),
          signerInfos: [
            {
              publicKey: pubkey,
              sequence: BigInt(sequence),
              modeInfo: { single: { mode: SignMode.SIGN_MODE_UNSPECIFIED } },
            },
          ],
        }),
        body: TxBody.fromPartial({ messages: messages.map((message) => registry.encodeAsAny(message)) }),
        signatures: [new Uint8Array()],
      });
      return SimulateRequest.encode(SimulateRequest.fromPartial({ txBytes: Tx.encode(tx).finish() })).finish();
    },
  };
}

/** A MsgSend of the fee denomination. */
export function sendMessage(from: string, to: string, amount: bigint | string, denom = "uopen"): EncodeObject {
  const value = { fromAddress: from, toAddress: to, amount: [{ denom, amount: String(amount) }] };
  return { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value };
}
