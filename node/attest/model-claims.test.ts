import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../chain/codec/comet-json-fields.ts";
import { compareBytes, fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { claimId, statementHash } from "../../modules/attribution/client.ts";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import {
  ClaimKind,
  ClaimStatus,
  FidelityReport,
  MsgPostFidelity,
  Params,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { ModelStatus, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict, encodeBytes, toJson } from "../../proto/runtime.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { encodeEvidence } from "../fidelity/measure.ts";
import { homePaths } from "../home/paths.ts";
import { weightsHash } from "../influence/grid.ts";
import {
  decodeIndexHeader,
  decodeRow,
  encodeIndexHeader,
  encodeRow,
  indexRoot,
  rowBytes,
  rowWidth,
} from "../influence/index-format.ts";
import { decodeModel, encodeModel } from "../influence/model-format.ts";
import { rowsRoot } from "../influence/row-proof.ts";
import type { IndexRow } from "../influence/types.ts";
import { indexModel } from "../pipeline/index-model.ts";
import { trainModel } from "../pipeline/training.ts";
import { MARKET_ACCOUNTS, TestMarket } from "../testing/market.ts";
import type { MadeModel, ModelParts } from "../testing/market-model.ts";
import { TestNetwork } from "../testing/network.ts";
import { message } from "../testing/sender.ts";
import { fidelityInputs, PPM_UNIT } from "./examine-fidelity.ts";
import { measurementOf } from "./recompute-fidelity.ts";

const { CLAIM_STATUS_ACCEPTED, CLAIM_STATUS_REJECTED } = ClaimStatus;
const DATA = syntheticData(36, "model-claims", 2);

/** Nobody waits for ten minutes of blocks here. */
const PARAMS = {
  ...DEFAULT_PARAMS,
  kinds: DEFAULT_PARAMS.kinds.map((terms) => ({ ...terms, commitBlocks: 40n })),
};

let network: TestNetwork;
let market: TestMarket;
let honest: MadeModel;

beforeAll(async () => {
  const modules = { attribution: { params: toJson(Params, PARAMS) as Json } };
  network = await TestNetwork.start({ validators: [{}, {}], accounts: MARKET_ACCOUNTS, modules });
  market = new TestMarket(network, DATA.labels);
  await network.reach(2);
  await market.curate(DATA.train);
  await market.snapshot();
  honest = await market.make();
}, 240_000);

afterAll(() => network?.stop());

/** Other weights, with a manifest and an index header that name them. */
function withWeights(change: (weights: Int32Array) => Int32Array): ModelParts {
  const model = decodeModel(honest.model);
  const weights = change(model.weights);
  const hash = weightsHash(weights);
  const manifest = { ...decodeStrict(TrainingManifest, honest.manifest), weightsHash: hash };
  const header = { ...decodeIndexHeader(honest.index.headerBytes), weightsHash: hash };
  const index = indexWith(encodeIndexHeader(header), honest.index);
  return {
    ...honest,
    manifest: encodeBytes(TrainingManifest, manifest),
    model: encodeModel({ ...model, weights }),
    index,
  };
}

function withManifest(change: Partial<TrainingManifest>): ModelParts {
  const manifest = { ...decodeStrict(TrainingManifest, honest.manifest), ...change };
  return { ...honest, manifest: encodeBytes(TrainingManifest, manifest) };
}

function indexWith(headerBytes: Uint8Array, parts: Pick<ModelParts["index"], "rows" | "inverse" | "header">) {
  return { ...parts, headerBytes, indexRoot: indexRoot(headerBytes) };
}

/** Another row or inverse, with a header that names it. */
function withIndex(change: { row?: (row: IndexRow) => IndexRow; inverse?: (view: DataView) => void }): ModelParts {
  const { index } = honest;
  const header = decodeIndexHeader(index.headerBytes);
  const [rows, inverse] = [index.rows.slice(), index.inverse.slice()];
  const first = decodeRow(header, rowBytes(rows, header, 0));
  rows.set(encodeRow(change.row?.(first) ?? first).subarray(0, rowWidth(header)), 0);
  change.inverse?.(new DataView(inverse.buffer));
  const hashes = { rowsRoot: rowsRoot(rows, header), rowsHash: sha256(rows), inverseHash: sha256(inverse) };
  const headerBytes = encodeIndexHeader({ ...header, ...hashes });
  return { ...honest, index: indexWith(headerBytes, { rows, inverse, header: index.header }) };
}

/** A model that was trained on a held-out row in place of another one: the chain counts rows, validators know them. */
async function trainedOnJudge(): Promise<ModelParts> {
  const { plan } = honest;
  const [first, ...others] = plan.rows;
  const [judge, ...judges] = plan.heldOut;
  if (!first || !judge) throw new Error("nothing is held out");
  const rows = [...others, judge].sort((a, b) => compareBytes(a.itemId, b.itemId));
  const swapped = { ...plan, rows, heldOut: [first, ...judges] };
  const trained = await trainModel(swapped);
  const { manifest, model } = trained;
  return { manifest, model, index: await indexModel(swapped, trained), files: undefined };
}

test("an honest model's training and index are accepted, and it serves", async () => {
  await market.register("honest-model", honest);
  expect(honest.plan.heldOut.length).toBeGreaterThan(0);
  expect(honest.index.header).toMatchObject({ rows: honest.plan.rows.length, heldOutRows: honest.plan.heldOut.length });
  expect(await market.outcome("honest-model")).toMatchObject({
    model: { status: ModelStatus.MODEL_STATUS_SERVING },
    training: CLAIM_STATUS_ACCEPTED,
    index: CLAIM_STATUS_ACCEPTED,
  });
}, 240_000);

test("weights, lineage, rows and inverses that are not the recomputed ones are rejected, and no such model serves", async () => {
  const oneWeight = withWeights((weights) => weights.map((w, i) => (i === 7 ? w + 1 : w)));
  const otherRows = withManifest({ rowsRoot: sha256(new Uint8Array(1)) });
  const otherRow = withIndex({ row: (row) => ({ ...row, gate: row.gate === 1 ? 2 : 1 }) });
  const otherInverse = withIndex({ inverse: (view) => view.setInt32(400, view.getInt32(400, true) + 2 ** 26, true) });
  const unjudged = { ...honest, index: await indexModel({ ...honest.plan, heldOut: [] }, honest.trained) };
  const changed = { weights: oneWeight, lineage: otherRows, row: otherRow, inverse: otherInverse };
  const falsified = { ...changed, unjudged, judge: await trainedOnJudge() };
  for (const [id, parts] of Object.entries(falsified)) await market.register(id, parts);
  const ended = async (id: keyof typeof falsified) => market.outcome(id);
  const [weights, lineage] = [await ended("weights"), await ended("lineage")];
  const [row, inverse] = [await ended("row"), await ended("inverse")];
  const [unjudgedEnd, judge] = [await ended("unjudged"), await ended("judge")];
  expect(judge).toMatchObject({ training: CLAIM_STATUS_REJECTED, index: CLAIM_STATUS_REJECTED });
  expect(unjudgedEnd).toMatchObject({ training: CLAIM_STATUS_ACCEPTED, index: CLAIM_STATUS_REJECTED });
  expect(weights).toMatchObject({ training: CLAIM_STATUS_REJECTED });
  expect(lineage).toMatchObject({ training: CLAIM_STATUS_REJECTED });
  expect(row).toMatchObject({ training: CLAIM_STATUS_ACCEPTED, index: CLAIM_STATUS_REJECTED });
  expect(inverse).toMatchObject({ training: CLAIM_STATUS_ACCEPTED, index: CLAIM_STATUS_REJECTED });
  for (const { model } of [weights, lineage, row, inverse, unjudgedEnd, judge]) {
    expect(model?.status).toBe(ModelStatus.MODEL_STATUS_REGISTERED);
  }
}, 240_000);

test("a measured fidelity is accepted and becomes the model's; another one is rejected", async () => {
  const design = { subsets: 4, shareBps: 5_000, queries: 6 };
  const ports = { ask: market.rpc.ask, blobs: market.rpc };
  const measurement = await measurementOf({ ...(await fidelityInputs("honest-model", design, ports)), workers: 1 });
  const outputs = (await measurement.retrain([0, 1, 2, 3])).map((retrained) => retrained.outputs);
  const { ldsPpm, errorPpm } = measurement.fidelity(outputs);
  const poster = market.sender("maker");
  const evidenceBlob = fromHex(await poster.upload(market.rpc.url, encodeEvidence(outputs)));
  const post = async (ppm: number) => {
    const lds = BigInt(ppm) * PPM_UNIT;
    const report = { model: "honest-model", lds, standardError: BigInt(errorPpm) * PPM_UNIT, ...design, evidenceBlob };
    await poster.send(message(MsgPostFidelity, { ...report, poster: poster.address, bond: "1000000" }));
    const payloadHash = statementHash(encodeBytes(FidelityReport, report));
    return claimId({
      ...{ kind: ClaimKind.CLAIM_KIND_FIDELITY, poster: poster.address, payloadHash },
      subject: utf8Bytes(report.model),
    });
  };
  const [right, wrong] = [await post(ldsPpm), await post(ldsPpm === 0 ? 1 : ldsPpm - 1)];
  expect(await market.tallied(right)).toBe(CLAIM_STATUS_ACCEPTED);
  expect(await market.tallied(wrong)).toBe(CLAIM_STATUS_REJECTED);
  const { model } = await market.rpc.ask(Query.Model, { id: "honest-model" });
  expect(model?.fidelity).toBe(BigInt(ldsPpm) * PPM_UNIT);
}, 240_000);

test("validators encoded the snapshot's texts once for all these claims: those of the training, and those that judge", () => {
  for (const home of network.homes) {
    expect(readdirSync(join(homePaths(home).attest, "features"))).toHaveLength(2);
  }
});
