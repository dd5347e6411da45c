import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { sha256 } from "../../chain/crypto/hash.ts";
import { signSecp256k1 } from "../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { MessageCodec, Partially } from "../../proto/runtime.ts";
import type { Backend } from "../backend.ts";
import { MAX_BLOB_BYTES, type UploadSigner, uploadBlob, uploadLarge } from "../blobs/index.ts";
import { eventually, TEST_CHAIN_ID, testWallet } from "./network.ts";

/** Gas of a test's transaction, and a fee that covers it at the default least price. */
const GAS = 20_000_000;
const FEE = [{ denom: "uopen", amount: "100000" }];

export interface Message {
  readonly typeUrl: string;
  readonly value: unknown;
}

/** A message with the fields that matter; the others are empty. */
export function message<M>(codec: MessageCodec<M>, fields: Partially<M>): Message {
  return { typeUrl: codec.typeUrl, value: codec.fromPartial(fields) };
}

/** Signs and sends transactions of one account through a node in this process. */
export class TestSender {
  readonly address: string;
  readonly #backend: Backend;
  readonly #name: string;
  #place: { accountNumber: number; sequence: number } | undefined;

  constructor(backend: Backend, name: string) {
    this.#backend = backend;
    this.#name = name;
    this.address = testWallet(name).address;
  }

  /** Resolves with the height of the block that executed the messages, in one transaction. Throws when they failed. */
  async send(...messages: readonly Message[]): Promise<number> {
    this.#place ??= await this.#lookUp();
    const tx = testWallet(this.#name).sign(messages, { ...this.#place, gas: GAS, fee: FEE });
    const from = this.#backend.height();
    const { code, log } = await this.#backend.addTx(tx);
    if (code !== 0) throw new Error(`transaction refused: ${log}`);
    this.#place.sequence++;
    return this.#included(tx, from);
  }

  /** Stores an artefact of any size on a node; its id. */
  async upload(rpcUrl: string, bytes: Uint8Array): Promise<string> {
    const put = bytes.length <= MAX_BLOB_BYTES ? uploadBlob : uploadLarge;
    return put(rpcUrl, this.uploadSigner(), bytes);
  }

  /** Signs as CosmJS' clients want it. */
  directSigner(): Promise<DirectSecp256k1Wallet> {
    return DirectSecp256k1Wallet.fromKey(this.#secret(), "open");
  }

  /** Who signs this account's uploads. */
  uploadSigner(): UploadSigner {
    const { address, pubKey } = testWallet(this.#name);
    const sign = (digest: Uint8Array) => signSecp256k1(this.#secret(), digest);
    return { chainId: TEST_CHAIN_ID, account: address, pubKey, sign };
  }

  #secret(): Uint8Array {
    return sha256(utf8Bytes(`test wallet ${this.#name}`));
  }

  #included(tx: Uint8Array, from: number): Promise<number> {
    const wanted = Buffer.from(tx);
    let next = from + 1;
    return eventually("the transaction in a block", async () => {
      for (; next <= this.#backend.height(); next++) {
        const block = await this.#backend.block(next);
        const index = block?.block.txs.findIndex((candidate) => wanted.equals(candidate)) ?? -1;
        if (index < 0) continue;
        const result = (await this.#backend.finalizeResponse(next))?.txResults[index];
        if (result?.code !== 0) throw new Error(`transaction failed: ${result?.log}`);
        return next;
      }
      return undefined;
    });
  }

  async #lookUp() {
    const path = "/cosmos.auth.v1beta1.Query/Account";
    const data = QueryAccountRequest.encode({ address: this.address }).finish();
    const { value } = await this.#backend.query(RequestQuery.fromPartial({ path, data }));
    const account = BaseAccount.decode(QueryAccountResponse.decode(value).account?.value ?? new Uint8Array(0));
    return { accountNumber: Number(account.accountNumber), sequence: Number(account.sequence) };
  }
}
