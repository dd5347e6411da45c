import type { EncodeObject } from "@cosmjs/proto-signing";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { sha256 } from "../../chain/crypto/hash.ts";
import { signSecp256k1 } from "../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { MessageCodec } from "../../proto/runtime.ts";
import type { Backend } from "../backend.ts";
import type { UploadSigner } from "../blobs/index.ts";
import { eventually, TEST_CHAIN_ID, testWallet } from "./network.ts";

/** Gas of a test's transaction, and its fee at the default least price. */
const GAS = 2_000_000;
const FEE = [{ denom: "uopen", amount: "10000" }];

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

  /** Resolves when a block executed the transaction. Throws when it was refused or failed. */
  async send<M>(codec: MessageCodec<M>, value: M): Promise<{ readonly height: number; readonly data: Uint8Array }> {
    this.#place ??= await this.#lookUp();
    const messages: EncodeObject[] = [{ typeUrl: codec.typeUrl, value }];
    const tx = testWallet(this.#name).sign(messages, { ...this.#place, gas: GAS, fee: FEE });
    const from = this.#backend.height();
    const { code, log } = await this.#backend.addTx(tx);
    if (code !== 0) throw new Error(`${codec.typeUrl} refused: ${log}`);
    this.#place.sequence++;
    return this.#included(tx, from);
  }

  /** Who signs this account's uploads. */
  uploadSigner(): UploadSigner {
    const { address, pubKey } = testWallet(this.#name);
    const secret = sha256(utf8Bytes(`test wallet ${this.#name}`));
    return { chainId: TEST_CHAIN_ID, account: address, pubKey, sign: (digest) => signSecp256k1(secret, digest) };
  }

  async #included(tx: Uint8Array, from: number) {
    const wanted = Buffer.from(tx);
    let next = from + 1;
    return eventually("the transaction in a block", async () => {
      for (; next <= this.#backend.height(); next++) {
        const block = await this.#backend.block(next);
        const index = block?.block.txs.findIndex((candidate) => wanted.equals(candidate)) ?? -1;
        if (index < 0) continue;
        const result = (await this.#backend.finalizeResponse(next))?.txResults[index];
        if (result?.code !== 0) throw new Error(`transaction failed: ${result?.log}`);
        return { height: next, data: result.data };
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
