import type { Claim, Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Attester, abstained, type Finding, type MemberSeed } from "../attest/attester.ts";
import type { GoldenReport } from "../influence/golden/check.ts";
import type { Sketch } from "../influence/sketch.ts";
import type { NodeLog } from "../p2p/index.ts";
import { explainMismatch } from "./golden.ts";

/**
 * Lets a verifier attest only on a machine that reaches the golden digests. The check starts with the node; claims wait
 * for it. On a mismatch, or a check that fails, every claim gets an abstention: no wrong verdict, no reward, no slashing.
 */
export class GoldenGate implements Attester {
  readonly #attester: Attester;
  readonly #refusal: Promise<string | undefined>;

  constructor(attester: Attester, checks: readonly Promise<GoldenReport>[], log: NodeLog) {
    this.#attester = attester;
    this.#refusal = refusalOf(checks).then((refusal) => {
      if (refusal) log.error({ reason: refusal }, "this machine does not attest: it abstains from every claim");
      return refusal;
    });
  }

  async examine(claim: Claim, signal?: AbortSignal): Promise<Finding> {
    const refusal = await this.#refusal;
    return refusal ? { ...abstained(refusal, false), expected: true } : this.#attester.examine(claim, signal);
  }

  async sketches(claim: Claim, witness: Float64Array, seeds: readonly MemberSeed[]): Promise<readonly Sketch[]> {
    return (await this.#refusal) ? [] : this.#attester.sketches(claim, witness, seeds);
  }

  observe(opening: Opening): void {
    this.#attester.observe(opening);
  }

  expect(models: readonly string[]): void {
    this.#refusal.then((refusal) => {
      if (!refusal) this.#attester.expect(models);
    });
  }

  close(): Promise<void> {
    return this.#attester.close();
  }
}

async function refusalOf(checks: readonly Promise<GoldenReport>[]): Promise<string | undefined> {
  try {
    const reports = await Promise.all(checks);
    const wrong = reports.find(({ matches }) => !matches);
    return wrong && explainMismatch(wrong);
  } catch (error) {
    return `golden digests could not be computed: ${(error as Error).message}`;
  }
}
