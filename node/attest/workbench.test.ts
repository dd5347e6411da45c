import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ZERO_SKETCH } from "../../modules/attribution/client.ts";
import { Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { SILENT_LOG } from "../p2p/index.ts";
import { type Attester, abstained, accepted, type Finding, type MemberSeed } from "./attester.ts";
import { Workbench } from "./workbench.ts";

const SELF = new Uint8Array(20).fill(1);
const SEED = new Uint8Array(32).fill(9);
const { CLAIM_KIND_INDEX, CLAIM_KIND_RESULT, CLAIM_KIND_TRAINING, CLAIM_KIND_AVAILABILITY } = ClaimKind;

function claim(id: number, kind: ClaimKind): Claim {
  const committee = [{ validator: SELF, power: 10n }];
  return Claim.fromPartial({ id: new Uint8Array(32).fill(id), kind, committee, seedHeight: 3n, commitEnd: 50n });
}

/** Examinations end when the test says so. */
class HeldAttester implements Attester {
  readonly started: string[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly #ends: ((finding: Finding) => void)[] = [];

  examine({ id }: Claim, signal?: AbortSignal): Promise<Finding> {
    this.started.push(toHex(id).slice(0, 2));
    this.signals.push(signal);
    return new Promise((resolve) => this.#ends.push(resolve));
  }

  end(at: number, finding: Finding = accepted(new Float64Array(1))): void {
    this.#ends[at]?.(finding);
  }

  sketches(_claim: Claim, _witness: Float64Array, seeds: readonly MemberSeed[]) {
    return Promise.resolve(seeds.map(() => ZERO_SKETCH));
  }

  observe(): void {}

  expect(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function bench() {
  const attester = new HeldAttester();
  const random = (length: number) => new Uint8Array(length);
  return { attester, workbench: new Workbench({ validator: SELF }, { attester, random, log: SILENT_LOG }) };
}

describe("Workbench", () => {
  test("default: kinds that draw from their seed wait for it, the others do not", () => {
    const { attester, workbench } = bench();
    const training = claim(1, CLAIM_KIND_TRAINING);
    workbench.open(training);
    workbench.open(claim(2, CLAIM_KIND_RESULT));
    workbench.advance(1);
    expect(attester.started).toEqual(["02"]);
    workbench.seed({ ...training, seed: SEED });
    workbench.advance(3);
    expect(attester.started).toEqual(["02", "01"]);
  });

  test("behavior: heavy claims are examined one at a time, beside light ones", async () => {
    const { attester, workbench } = bench();
    for (const [id, kind] of [CLAIM_KIND_TRAINING, CLAIM_KIND_INDEX, CLAIM_KIND_RESULT].entries()) {
      workbench.open(claim(id, kind));
      workbench.seed({ ...claim(id, kind), seed: SEED });
    }
    workbench.advance(3);
    expect(attester.started).toEqual(["00", "02"]);
    attester.end(0);
    await turn();
    expect(attester.started).toEqual(["00", "02", "01"]);
  });

  test("behavior: an examination that awaits the seed goes on with it, once", async () => {
    const { attester, workbench } = bench();
    const chunks = claim(4, CLAIM_KIND_AVAILABILITY);
    workbench.open(chunks);
    workbench.advance(1);
    attester.end(0, { ...abstained("drawn by the seed", true), awaitsSeed: true });
    await turn();
    workbench.advance(2);
    expect(attester.started).toHaveLength(1);
    workbench.seed({ ...chunks, seed: SEED });
    workbench.advance(3);
    expect(attester.started).toHaveLength(2);
    attester.end(1);
    await turn();
    expect(workbench.leaf(chunks.id)).toBeDefined();
  });

  test("behavior: an examination is told when its claim takes no more leaf", () => {
    const { attester, workbench } = bench();
    workbench.open({ ...claim(5, CLAIM_KIND_TRAINING), seed: SEED });
    workbench.advance(3);
    expect(attester.signals[0]?.aborted).toBe(false);
    workbench.advance(49);
    expect(attester.signals[0]?.aborted).toBe(true);
  });
});
