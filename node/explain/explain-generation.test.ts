import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { inputCommitment } from "../../modules/inference/ids.ts";
import { DEFAULT_PARAMS } from "../../modules/rewards/params.ts";
import { contributorSplit } from "../../modules/rewards/split.ts";
import { Snapshot, SnapshotEntry, SnapshotTable } from "../../proto/gen/openledger/datanet/v1.ts";
import { InferenceInput, Request } from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type Payout, Pool, Settlement } from "../../proto/gen/openledger/rewards/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { toWireSettlement } from "../attest/result-codec.ts";
import type { GenerationRequest } from "../generator/request.ts";
import { openResident, type ResidentGenerator } from "../generator/resident.ts";
import { placedRows, sourceOf, TEXTS, type TinyGenerator, tinyBase, tinyGenerator } from "../generator/testing/tiny.ts";
import type { GeneratedAnswer } from "../generator/types.ts";
import { encodeGeneratedOpening, encodeGeneratedOutput } from "../generator/wire.ts";
import type { Settlement as Vector } from "../influence/types.ts";
import { explainGeneration } from "./explain-generation.ts";
import type { GenerationInputs } from "./inputs.ts";
import { poolAmounts } from "./pools.ts";

const FIDELITY = 600_000_000_000_000_000n;
const ONE = 10n ** 18n;
const SALT = new Uint8Array(16).fill(4);
const ASKED: GenerationRequest = { text: "The baker", maxTokens: 24, temperature: 0, seed: new Uint8Array(0) };

let made: TinyGenerator;
let resident: ResidentGenerator;
let answer: GeneratedAnswer;
let inputs: GenerationInputs;
const folder = mkdtempSync(join(tmpdir(), "explain-generation-"));

beforeAll(async () => {
  made = await tinyGenerator(await tinyBase(), [sourceOf(TEXTS)], placedRows());
  resident = await openResident(made.blobs, { folder, memoryBytes: 2 ** 28 });
  answer = await resident.answer(ASKED, 1_000);
  inputs = settled();
}, 60_000);
afterAll(async () => {
  await resident.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The table of a snapshot in which every item is an owner. */
function snapshotOf(heldOut: number): GenerationInputs["snapshots"][number] {
  const entries = TEXTS.map((_, i) => {
    return { contribution: i % 3, item: Math.floor(i / 3), itemId: sha256(utf8Bytes(`item ${i}`)), owner: i };
  });
  const contributions = [0, 1, 2].map((i) => ({ contribution: `c${i}`, contributor: `open1person${i}`, accepted: 2 }));
  const root = merkleRoot(entries.map((entry) => encodeBytes(SnapshotEntry, entry)));
  const snapshot = Snapshot.fromPartial({ id: "tiny/1", datanet: "tiny", root, contributions, heldOut });
  return { snapshot, table: encodeBytes(SnapshotTable, { entries }) };
}

/** What the chain pays out of one pool. */
function payoutsOf(vector: Vector, pool: Pool, paid: { readonly amount: bigint; readonly fidelity: bigint }): Payout[] {
  const wire = toWireSettlement(vector);
  const weights = wire.entries.map(({ weight }) => weight);
  const amounts = contributorSplit(paid.amount, paid.fidelity, { ...wire, entries: weights }).entries;
  return wire.entries.map(({ contribution, item, weight }, i) => {
    const names = { contribution: `c${contribution}`, contributor: `open1person${contribution}` };
    return { ...names, item, weight, amount: String(amounts[i]), pool };
  });
}

/** A settled request of the generator, with the records that the chain would have of it. */
function settled(heldOut = 2): GenerationInputs {
  const { text, ...generation } = ASKED;
  const { tokens, tokensIn, attribution } = answer;
  const request = Request.fromPartial({
    ...{ id: "r", model: "writer", fee: "1000000", tokensIn, tokensOut: tokens.length },
    inputCommitment: inputCommitment(SALT, text, generation),
    output: encodeGeneratedOutput(tokens, answer.text),
  });
  const model = Model.fromPartial({
    ...{ id: "writer", task: Task.TASK_GENERATE, weightsHash: sha256(made.blobs.weights) },
    index: { root: made.index.indexRoot },
  });
  const common = { request, model, snapshots: [snapshotOf(heldOut)], shares: DEFAULT_PARAMS };
  const bare: GenerationInputs = {
    ...{ ...common, generator: made.blobs, opening: encodeGeneratedOpening(attribution) },
    input: encodeBytes(InferenceInput, { salt: SALT, text, ...generation }),
    settlement: Settlement.fromPartial({ fidelity: FIDELITY }),
  };
  const { influence, tokens: byTokens, heldOut: flat } = poolAmounts(bare);
  const payouts = [
    ...payoutsOf(attribution.settlement, Pool.POOL_INFLUENCE, { amount: influence, fidelity: FIDELITY }),
    ...payoutsOf(attribution.tokens, Pool.POOL_TOKENS, { amount: byTokens, fidelity: ONE }),
  ];
  const pools = { influence: String(influence), tokens: String(byTokens), heldOut: String(flat) };
  return { ...bare, settlement: Settlement.fromPartial({ fidelity: FIDELITY, payouts, pools }) };
}

const failing = async (changes: Partial<GenerationInputs>) => {
  const { equal, checks } = await explainGeneration({ ...inputs, ...changes });
  expect(equal).toBe(false);
  return checks.filter(({ holds }) => !holds).map(({ name }) => name);
};

describe("the explanation of a generator's request", () => {
  test("recomputes every integer of both pools", async () => {
    const explained = await explainGeneration(inputs);
    expect(explained.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(explained).toMatchObject({
      ...{ equal: true, answer: answer.text, contributorsUopen: "340000" },
      pools: { influence: "221000", tokens: "102000", heldOut: "17000" },
      heldOut: [{ snapshot: "tiny/1", items: 2, uopen: "17000" }],
    });
    for (const row of explained.rows) {
      const score = row.views.reduce((sum, { queryScale, rowScale, dot }) => sum + queryScale * rowScale * dot, 0);
      expect(String(score)).toBe(row.factors.score);
      expect([row.recomputed, row.isProven, row.isOwner]).toEqual([row.paid, true, true]);
    }
    expect(explained.rows.length).toBeGreaterThan(0);
  });

  test("shows the piece that an item is paid for by tokens", async () => {
    const { tokens } = await explainGeneration(inputs);
    expect(tokens).toHaveLength(1);
    const [item] = tokens;
    expect(item).toMatchObject({
      contributionId: "c0",
      item: 0,
      document: 0,
      share: String(ONE),
      recomputed: "102000",
    });
    expect(item?.paid).toBe("102000");
    expect(item?.spans.map(({ text }) => TEXTS[0]?.includes(text.trim()))).toEqual([true]);
    expect(item?.spans.map(({ credited }) => String(credited))).toEqual([item?.credit]);
  });

  test("is not equal when the chain paid something else, out of either pool", async () => {
    const { settlement } = inputs;
    const last = settlement.payouts.length - 1;
    const paid = (i: number) =>
      settlement.payouts.map((payout, at) => (at === i ? { ...payout, amount: "1" } : payout));
    expect(await failing({ settlement: { ...settlement, payouts: paid(0) } })).toEqual([
      "every integer paid by influence is the recomputed one",
    ]);
    expect(await failing({ settlement: { ...settlement, payouts: paid(last) } })).toEqual([
      "every integer paid by tokens is the recomputed one",
    ]);
    const pools = { influence: "221001", tokens: "101999", heldOut: "17000" };
    expect(await failing({ settlement: { ...settlement, pools } })).toEqual([
      "the pools are those that the chain recorded",
    ]);
  });

  test("is not equal for another answer, another question or another opening", async () => {
    const { request } = inputs;
    const output = encodeGeneratedOutput(answer.tokens, `${answer.text}!`);
    expect(await failing({ request: { ...request, output } })).toEqual(["the output is the model's"]);
    expect(await failing({ request: { ...request, tokensIn: 9_999 } })).toEqual(["the tokens are counted right"]);
    const { text, ...generation } = ASKED;
    const other = encodeBytes(InferenceInput, { salt: new Uint8Array(16), text, ...generation });
    expect(await failing({ input: other })).toEqual(["the input is the one that the request commits to"]);
    expect(await failing({ opening: new Uint8Array(3) })).toEqual([
      "query and both settlement vectors are the opened ones",
    ]);
  });

  test("does not open an index with a flipped byte", async () => {
    const rows = made.blobs.index.rows.slice();
    rows[5]! ^= 1;
    const generator = { ...made.blobs, index: { ...made.blobs.index, rows } };
    await expect(explainGeneration({ ...inputs, generator })).rejects.toMatchObject({ code: "hash-mismatch" });
  });

  test("without held-out items leaves that part with influence", () => {
    expect(poolAmounts(settled(0))).toMatchObject({ influence: 238_000n, heldOut: 0n, bySnapshot: [] });
  });
});
