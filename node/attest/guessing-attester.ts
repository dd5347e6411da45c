import { equalBytes } from "../../chain/crypto/bytes.ts";
import { peersOf, ZERO_SKETCH } from "../../modules/attribution/client.ts";
import { type Claim, type Opening, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Sketch } from "../influence/sketch.ts";
import { type Attester, accepted, type Finding, type MemberSeed } from "./attester.ts";

/**
 * Ways to guess a sketch instead of computing it; faults for tests of the network's defence.
 *
 * - `zeros`: every sketch is zero
 * - `previous`: sketches that were right for an earlier claim, as peers' openings of that claim told them
 * - `peer`: a peer's newest published opening, copied field by field
 */
export type AttestationFault = "zeros" | "previous" | "peer";

/** Accepts every claim unseen. What it knows of sketches it read in published openings, which come too late to be right. */
export class GuessingAttester implements Attester {
  readonly #fault: AttestationFault;
  /** Newest openings of others that hold sketches, one for each validator, the newest last. */
  readonly #seen = new Map<string, Opening>();
  readonly #validator: Uint8Array;

  constructor(fault: AttestationFault, validator: Uint8Array) {
    this.#fault = fault;
    this.#validator = validator;
  }

  examine(): Promise<Finding> {
    return Promise.resolve(accepted(new Float64Array(0)));
  }

  sketches(claim: Claim, _witness: Float64Array, seeds: readonly MemberSeed[]): Promise<readonly Sketch[]> {
    return Promise.resolve(this.#guess(claim, seeds));
  }

  observe(opening: Opening): void {
    if (opening.verdict === Verdict.VERDICT_ABSTAIN || equalBytes(opening.validator, this.#validator)) return;
    const key = Buffer.from(opening.validator).toString("hex");
    this.#seen.delete(key);
    this.#seen.set(key, opening);
  }

  expect(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  #guess(claim: Claim, seeds: readonly MemberSeed[]): Sketch[] {
    const newest = [...this.#seen.values()].at(-1);
    if (this.#fault === "zeros" || !newest) return seeds.map(() => ZERO_SKETCH);
    if (this.#fault === "peer") {
      let next = 0;
      return seeds.map(({ own }) => (own ? newest.own : newest.peers[next++]) ?? ZERO_SKETCH);
    }
    return seeds.map(({ validator, own }) => this.#formerly(claim, validator, own ? newest : undefined));
  }

  /** What was right for `validator` in an earlier claim: its own sketch, or a peer's answer for it. */
  #formerly(claim: Claim, validator: Uint8Array, from: Opening | undefined): Sketch {
    if (!from) return this.#seen.get(Buffer.from(validator).toString("hex"))?.own ?? ZERO_SKETCH;
    const place = (address: Uint8Array) => claim.committee.findIndex((member) => equalBytes(member.validator, address));
    return from.peers[peersOf(claim, place(from.validator)).indexOf(place(validator))] ?? ZERO_SKETCH;
  }
}
