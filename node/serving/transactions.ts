import type { EncodeObject, OfflineDirectSigner } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { createRegistry } from "../../proto/registry.ts";
import { GAS_FACTOR, TX_POLL_MS, TX_TIMEOUT_MS } from "./limits.ts";

export interface TransactionOptions {
  readonly url: string;
  /** `0.001uopen`, say. */
  readonly gasPrice: string;
  /** Account of the signer, bech32. */
  readonly address: string;
}

/** Sends transactions of one account, one after the other. */
export class Transactions {
  readonly #options: TransactionOptions;
  readonly #signer: OfflineDirectSigner;
  #client: SigningStargateClient | undefined;

  constructor(options: TransactionOptions, signer: OfflineDirectSigner) {
    this.#options = options;
    this.#signer = signer;
  }

  /**
   * Simulates, signs with the account's next sequence and waits for the block; its height. Throws when the node refuses
   * the transaction, a message fails, or no block holds it in time: then its effects tell what happened.
   */
  async send(messages: readonly EncodeObject[]): Promise<number> {
    this.#client ??= await this.#connect();
    const result = await this.#client.signAndBroadcast(this.#options.address, messages, GAS_FACTOR, "");
    if (result.code !== 0) throw new Error(`transaction ${result.transactionHash}: ${result.rawLog ?? result.code}`);
    return result.height;
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = undefined;
  }

  #connect(): Promise<SigningStargateClient> {
    const { url, gasPrice } = this.#options;
    return SigningStargateClient.connectWithSigner(url, this.#signer, {
      registry: createRegistry(),
      gasPrice: GasPrice.fromString(gasPrice),
      broadcastPollIntervalMs: TX_POLL_MS,
      broadcastTimeoutMs: TX_TIMEOUT_MS,
    });
  }
}
