import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../chain/codec/comet-json-fields.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import { Query as AttributionQuery, ClaimStatus, Params, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceOutput,
  Query as InferenceQuery,
  type Request,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { explainContribution } from "../explain/index.ts";
import { specOf } from "../influence/encoders/index.ts";
import { exportedFiles } from "../influence/encoders/testing/files.ts";
import { SILENT_LOG } from "../p2p/index.ts";
import { createHost, type InferenceHost } from "../serving/index.ts";
import { type LabelledText, MARKET_ACCOUNTS, TestMarket } from "./market.ts";
import { eventually, TestNetwork } from "./network.ts";

const DATA = join(import.meta.dirname, "../../testnet/data");
const LABELS = ["brakes", "lights", "wheels"];
const QUESTIONS = 6;
const PATIENCE_BLOCKS = 8n;

function questions(file: string): LabelledText[] {
  const rows = parse(readFileSync(join(DATA, file)), { columns: true }) as { text: string; category: string }[];
  return rows.flatMap(({ text, category }) => {
    const label = LABELS.indexOf(category);
    return label < 0 ? [] : [{ text, label }];
  });
}

let network: TestNetwork;
let market: TestMarket;
let host: InferenceHost | undefined;

beforeAll(async () => {
  // Two verifiers must both be in time, whatever else the machine does.
  const params = toJson(Params, { ...DEFAULT_PARAMS, commitBlocks: PATIENCE_BLOCKS }) as Json;
  const modules = { attribution: { params } };
  network = await TestNetwork.start({ validators: [{}, {}], accounts: MARKET_ACCOUNTS, modules });
  market = new TestMarket(network, LABELS);
  await network.reach(2);
  await market.curate(questions("workshop-train.csv").slice(0, 110));
}, 120_000);

afterAll(async () => {
  await host?.stop();
  await network?.stop();
  rmSync(`${network.homes[0]}-host`, { recursive: true, force: true });
});

function settled(ids: readonly string[]): Promise<Request[]> {
  return eventually("the requests' ends", async () => {
    const answers = await Promise.all(ids.map((id) => market.rpc.ask(InferenceQuery.Request, { id })));
    const requests = answers.flatMap(({ request }) => (request ? [request] : []));
    return requests.every(({ status }) => status >= RequestStatus.REQUEST_STATUS_SETTLED) ? requests : undefined;
  });
}

test("an encoder exported by PyTorch: registered, trained on, indexed, served, recomputed, attributed, explained", async () => {
  const files = await exportedFiles();
  const { status } = await market.snapshot();
  expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  await market.train(files);
  const { model } = await market.rpc.ask(ModelQuery.Model, { id: market.model });
  expect(model?.encoder).toBe(specOf(files).id);

  const signer = await market.sender("host").directSigner();
  const home = `${network.homes[0]}-host`;
  host = await createHost({ rpcUrl: network.first.rpcUrl, models: [market.model], home }, { signer, log: SILENT_LOG });
  host.start();
  const asked = questions("workshop-test.csv").slice(0, QUESTIONS);
  const requests = await settled(await market.request(asked.map(({ text }) => text)));
  for (const { status, claimId, output } of requests) {
    expect(status).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
    const { outcome } = await market.rpc.ask(AttributionQuery.Claim, { claimId });
    const members = outcome?.members ?? [];
    expect(members.map(({ verdict, voided }) => ({ verdict, voided }))).toEqual(
      network.nodes.map(() => ({ verdict: Verdict.VERDICT_ACCEPT, voided: false })),
    );
    expect(LABELS).toContain(InferenceOutput.decode(output).label);
  }

  const explained = await explainContribution({ rpcUrl: market.rpc.url, requestId: requests[0]!.id });
  expect(explained.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(explained.equal).toBe(true);
  expect(explained.entries.length).toBeGreaterThan(0);
  expect(equalBytes(model?.encoderHash ?? new Uint8Array(0), specOf(files).specHash)).toBe(true);
}, 120_000);
