import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../chain/codec/comet-json-fields.ts";
import { ChainClient } from "../../cli/chain/client.ts";
import { citeInference } from "../../cli/work/infer-cited.ts";
import { payoutsOf } from "../../cli/work/payouts.ts";
import { SILENT } from "../../cli/work/progress.ts";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import {
  Query as AttributionQuery,
  ClaimStatus,
  Params,
  ResultOpening,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceOutput,
  Query as InferenceQuery,
  MsgSubmitResult,
  type Request,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { Pool, Query as RewardsQuery } from "../../proto/gen/openledger/rewards/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { explainRequest } from "../explain/index.ts";
import type { GenerationRequest } from "../generator/index.ts";
import { tinyBase } from "../generator/testing/tiny.ts";
import { encodeGeneratedOutput } from "../generator/wire.ts";
import { homePaths } from "../home/paths.ts";
import { SILENT_LOG } from "../p2p/index.ts";
import { createHost, type InferenceHost } from "../serving/index.ts";
import { MARKET_ACCOUNTS, TestMarket } from "./market.ts";
import { makeGenerator, registerGenerator, requestGenerations } from "./market-generator.ts";
import { eventually, TestNetwork } from "./network.ts";
import { message } from "./sender.ts";

const MODEL = "storyteller";
const SNAPSHOT = "questions/1";
const PATIENCE_BLOCKS = 8n;
const GREEDY = { maxTokens: 24, temperature: 0, seed: new Uint8Array(0) };
const SAMPLED = { maxTokens: 16, temperature: 1024, seed: new Uint8Array(32).fill(7) };

/** Two contributors write eleven accepted lines each, so that one line of each is held out. */
const LINES: readonly string[] = [
  "Bakers light their ovens long before dawn breaks over town.",
  "A heron waits in the shallows for one careless minnow.",
  "Grandmother mended seven lanterns with copper wire.",
  "The ferry leaves at noon unless fog hides the far pier.",
  "Old maps show dragons where sailors feared to look.",
  "Two foxes quarrelled over a glove beside the frozen pond.",
  "My uncle carves chess pieces out of walnut shells.",
  "Rain drummed upon the greenhouse all through Tuesday.",
  "Violins sound warmer after a century of patient hands.",
  "Every clock in the museum strikes a different hour.",
  "Salt keeps the herring sweet until the boats return.",
  "Nobody remembers who painted the chapel ceiling blue.",
  "Shepherds count in a tongue that has no word for eleven.",
  "Her kite carried a letter across the border by night.",
  "Moss grows thickest on the side that faces the quarry.",
  "Students whisper about the librarian and her three crows.",
  "Beekeepers move slowly and wear pale linen in June.",
  "The orchard gate squeaks only when strangers pass it.",
  "Captain Brandt sold his compass to buy a second goat.",
  "Iron cools from white to cherry and then to grey.",
  "Children race paper ships along the flooded gutter.",
  "Winter apples taste of cellar straw and cold stone.",
  "Someone left a harp in the waiting room of platform nine.",
  "Tall grass hides the rails of a forgotten tramway.",
];

let network: TestNetwork;
let market: TestMarket;
let host: InferenceHost | undefined;

beforeAll(async () => {
  // Two verifiers must both be in time, whatever else the machine does.
  const params = toJson(Params, { ...DEFAULT_PARAMS, commitBlocks: PATIENCE_BLOCKS }) as Json;
  network = await TestNetwork.start({
    validators: [{}, {}],
    accounts: MARKET_ACCOUNTS,
    modules: { attribution: { params } },
  });
  market = new TestMarket(network, ["line", "other"]);
  await network.reach(2);
  await market.curate(LINES.map((text) => ({ text, label: 0 })));
}, 120_000);

afterAll(async () => {
  await host?.stop();
  await network?.stop();
  rmSync(`${network.homes[0]}-host`, { recursive: true, force: true });
});

const beginning = (line: string, words: number) => line.split(" ").slice(0, words).join(" ");

function ended(ids: readonly string[]): Promise<Request[]> {
  return eventually("the requests' ends", async () => {
    const answers = await Promise.all(ids.map((id) => market.rpc.ask(InferenceQuery.Request, { id })));
    const requests = answers.flatMap(({ request }) => (request ? [request] : []));
    return requests.every(({ status }) => status >= RequestStatus.REQUEST_STATUS_SETTLED) ? requests : undefined;
  });
}

async function verdictsOn(claimId: Uint8Array) {
  const { outcome } = await market.rpc.ask(AttributionQuery.Claim, { claimId });
  return (outcome?.members ?? []).map(({ verdict, voided }) => ({ verdict, voided }));
}

const byAll = (verdict: Verdict) => network.nodes.map(() => ({ verdict, voided: false }));

test("a trained adapter is registered with its index, asked, checked in one pass, cited and paid from both pools", async () => {
  const { status } = await market.snapshot();
  expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  const generator = await makeGenerator(market, await tinyBase(LINES), SNAPSHOT);
  expect(generator.blobs.rows.length).toBe(LINES.length - 2 - 2);
  await registerGenerator(market, MODEL, generator);
  await market.serves(MODEL);

  const signer = await market.sender("host").directSigner();
  const home = `${network.homes[0]}-host`;
  host = await createHost({ rpcUrl: network.first.rpcUrl, models: [MODEL], home }, { signer, log: SILENT_LOG });
  host.start();
  const [known] = [...generator.blobs.rows].sort((a, b) => a.entry - b.entry);
  if (!known) throw new Error("no rows");
  const asked: GenerationRequest[] = [
    { ...GREEDY, text: beginning(known.text, 2) },
    { ...SAMPLED, text: beginning(LINES[5]!, 3) },
  ];
  const requests = await ended(await requestGenerations(market, MODEL, asked));
  for (const { status: end, claimId } of requests) {
    expect(end).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
    expect(await verdictsOn(claimId)).toEqual(byAll(Verdict.VERDICT_ACCEPT));
  }

  const [first] = requests;
  const output = InferenceOutput.decode(first!.output);
  expect(known.text).toContain(output.text);
  expect(first!.tokensOut).toBe(output.tokens.length);
  const { claim } = await market.rpc.ask(AttributionQuery.Claim, { claimId: first!.claimId });
  const { settlement: influence, tokens } = ResultOpening.decode(claim!.opening);
  expect(tokens?.entries[0]).toMatchObject({ contribution: known.contribution, item: known.item });
  expect(influence?.entries.length).toBeGreaterThan(0);

  const client = await ChainClient.connect(network.first.rpcUrl);
  const items = (await payoutsOf({ find: (method, query) => client.query(method, query) }, first!.id))!.items;
  const { model } = await market.rpc.ask(ModelQuery.Model, { id: MODEL });
  const cited = await citeInference(client, model!, { tokens: output.tokens, items }, SILENT);
  expect(cited.marked).toMatch(/^‹.+›\[1\]/);
  expect(cited.agrees).toBe(true);
  expect((await citeInference(client, model!, { tokens: output.tokens, items: [] }, SILENT)).agrees).toBe(false);

  const { settlement } = await market.rpc.ask(RewardsQuery.Settlement, { request: first!.id });
  const { pools, split, payouts = [] } = settlement ?? {};
  const paid = (pool: Pool) => payouts.filter((payout) => payout.pool === pool && BigInt(payout.amount) > 0n);
  expect(paid(Pool.POOL_TOKENS).length).toBeGreaterThan(0);
  expect(paid(Pool.POOL_INFLUENCE).length).toBeGreaterThan(0);
  expect(BigInt(pools!.heldOut)).toBeGreaterThan(0n);
  const fee = split!;
  const parts = [fee.host, fee.burn, fee.treasury, fee.model, fee.attestors, fee.contributors, fee.curation];
  const total = [...parts, fee.bounty, fee.heldOut].reduce((sum, part) => sum + BigInt(part), 0n);
  expect(total).toBe(BigInt(first!.fee));

  const explained = await explainRequest({ rpcUrl: market.rpc.url, requestId: first!.id });
  expect(explained.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(explained).toMatchObject({ equal: true, answer: output.text, pools: { tokens: pools!.tokens } });
}, 240_000);

test("a host that bends one token loses its bond, and the requester gets the fee back", async () => {
  await host?.stop();
  const [id] = await requestGenerations(market, MODEL, [{ ...GREEDY, text: beginning(LINES[1]!, 2) }], 2n);
  const liar = market.sender("host");
  const output = encodeGeneratedOutput([9, 9, 9], "   ");
  const claim = { host: liar.address, request: id as string, output, tokensIn: 3, tokensOut: 3 };
  await liar.send(message(MsgSubmitResult, { ...claim, openingHash: new Uint8Array(32).fill(1) }));
  const [request] = await ended([id as string]);
  expect(request?.status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
  expect(await verdictsOn(request!.claimId)).toEqual(byAll(Verdict.VERDICT_REJECT));
}, 120_000);

test("a node without its state replays every block to the same state, and needs no model for it", async () => {
  await network.stopNode(1);
  const height = network.first.backend.height();
  rmSync(homePaths(network.homes[1] as string).app, { recursive: true });
  await network.startNode(1);
  await network.reach(height + 2);
}, 120_000);
