import { equalBytes } from "../../chain/crypto/bytes.ts";
import { type BeaconSecret, revealFor } from "../../modules/attribution/client.ts";
import { Query } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Ask } from "./ask.ts";

const NO_BYTES = new Uint8Array(0);

/** The validator's own hash chain: what it reveals at each height. */
export class BeaconSource {
  readonly #ask: Ask;
  readonly #validator: Uint8Array;
  #chain: BeaconSecret | undefined;
  #registeredHeight: number | undefined;

  constructor(validator: Uint8Array, ask: Ask) {
    this.#validator = validator;
    this.#ask = ask;
  }

  /** The chain is computed or read; until then there are no reveals, which is harmless. */
  use(chain: BeaconSecret): void {
    this.#chain = chain;
  }

  /** A block registered a chain: it may be this validator's, from another height on. */
  forgetRegistration(): void {
    this.#registeredHeight = undefined;
  }

  /** The preimage of this height; empty while the chain that is registered is not this one, or is used up. */
  async reveal(height: number): Promise<Uint8Array> {
    const chain = this.#chain;
    if (!chain) return NO_BYTES;
    this.#registeredHeight ??= await this.#lookup(chain);
    if (this.#registeredHeight === undefined) return NO_BYTES;
    return revealFor(chain, this.#registeredHeight, height) ?? NO_BYTES;
  }

  async #lookup({ end }: BeaconSecret): Promise<number | undefined> {
    const { chains } = await this.#ask(Query.Beacon, { height: 0n });
    const own = chains.find((chain) => equalBytes(chain.validator, this.#validator) && equalBytes(chain.end, end));
    return own && Number(own.registeredHeight);
  }
}
