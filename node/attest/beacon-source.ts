import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { type BeaconSecret, makeBeaconChain, revealFor } from "../../modules/attribution/client.ts";
import { QueryBeaconRequest, QueryBeaconResponse } from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { AppClient } from "../app/client.ts";

/** The validator's own hash chain: what it reveals at each height. */
export class BeaconSource {
  readonly #app: AppClient;
  readonly #validator: Uint8Array;
  readonly #chain: BeaconSecret;
  #registeredHeight: number | undefined;

  /** `secret` is the 32 bytes of beacon_key.json; making the chain takes about half a second. */
  constructor(secret: Uint8Array, validator: Uint8Array, app: AppClient) {
    this.#chain = makeBeaconChain(secret);
    this.#validator = validator;
    this.#app = app;
  }

  /** The preimage of this height; empty while the chain that is registered is not this one, or is used up. */
  async reveal(height: number): Promise<Uint8Array> {
    this.#registeredHeight ??= await this.#lookup();
    if (this.#registeredHeight === undefined) return new Uint8Array(0);
    return revealFor(this.#chain, this.#registeredHeight, height) ?? new Uint8Array(0);
  }

  async #lookup(): Promise<number | undefined> {
    const data = encodeBytes(QueryBeaconRequest, { height: 0n });
    const { code, value } = await this.#app.query(
      RequestQuery.fromPartial({ path: "/openledger.attribution.v1.Query/Beacon", data }),
    );
    if (code !== 0) return undefined;
    const { chains } = QueryBeaconResponse.decode(value);
    const own = chains.find(
      ({ validator, end }) => equalBytes(validator, this.#validator) && equalBytes(end, this.#chain.end),
    );
    return own && Number(own.registeredHeight);
  }
}
