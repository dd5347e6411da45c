import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { describeShared } from "../../test/shared.ts";
import { event } from "./testing/fake-chain.ts";
import { type FakeNode, type JsonAnswer, startFakeNode } from "./testing/fake-node.ts";

type Json = JsonAnswer;

/** Asked of CometBFT v0.38 when the fixtures were made; what differs here is the chain, so only shapes are compared. */
const ONE_BY_ONE = [
  "abci_info",
  "abci_query_with_existing_key",
  "abci_query_with_non_existent_key",
  "block_at_height_0",
  "block_at_height_1",
  "block_at_height_10",
  "block_results_at_height_10",
  "block_search",
  "blockchain_from_1_to_10",
  "broadcast_tx_async",
  "broadcast_tx_sync",
  "commit_at_height_10",
  "consensus_params",
  "genesis",
  "net_info",
  "status",
  "tx_search_no_prove",
  "tx_search_with_prove",
] as const;

/**
 * Where answers may differ: keys beyond CometBFT's, which clients ignore; channels, which libp2p has none of; the
 * application hash of results, which the fixtures' early 0.38 left out.
 */
const FREE = ["other.libp2p_peer_id", "genesis.app_state", "node_info.channels", "result.app_hash"];

describeShared("answers have the shapes of CometBFT v0.38", (shared) => {
  const folder = join(shared, "vectors", "comet-rpc-v0_38");
  const fixture = (kind: "incoming" | "outgoing", name: string): Json =>
    JSON.parse(readFileSync(join(folder, kind, `${name}.json`), "utf8"));
  let node: FakeNode;

  beforeAll(async () => {
    node = await startFakeNode();
    const { chain } = node;
    // The fixtures' chain: no block events, and a transaction in some blocks.
    chain.blockEvents = [];
    chain.execute = () => ({ gasWanted: 0n, gasUsed: 0n, events: [event("app", { creator: "a", key: "b" })] });
    chain.onQuery = ({ data }) => (data.length > 3 ? { key: data } : { key: data, value: Uint8Array.of(1) });
    for (let i = 0; i < 9; i++) chain.produce(...(i % 2 === 1 ? [Uint8Array.of(i)] : []));
    chain.produce();
    await node.indexed();
  });
  afterAll(() => node.stop());

  const ask = async (request: Json): Promise<Json> => {
    const response = await fetch(node.url, { method: "POST", body: JSON.stringify(request) });
    return response.json();
  };

  for (const name of ONE_BY_ONE) {
    test(name, async () => {
      const theirs = fixture("incoming", name);
      const ours = await ask(fixture("outgoing", name));
      expect(differences(theirs, ours)).toEqual([]);
      expect(ours.id).toBe(theirs.id);
      if (theirs.error) expect(ours).toEqual(theirs);
    });
  }

  test("block_by_hash", async () => {
    const block = await ask({ jsonrpc: "2.0", id: 1, method: "block", params: { height: "10" } });
    const hash = Buffer.from(block.result.block_id.hash, "hex").toString("base64");
    const ours = await ask({ ...fixture("outgoing", "block_by_hash"), params: { hash } });
    expect(differences(fixture("incoming", "block_by_hash"), ours)).toEqual([]);
    expect(ours.result).toEqual(block.result);
  });

  test("broadcast_tx_commit", async () => {
    const waiting = node.chain.mempool().count;
    const answered = ask(fixture("outgoing", "broadcast_tx_commit"));
    await expect.poll(() => node.chain.mempool().count).toBe(waiting + 1);
    node.chain.produce();
    expect(differences(fixture("incoming", "broadcast_tx_commit"), await answered)).toEqual([]);
  });

  test("consensus_state", async () => {
    const ours = await ask(fixture("outgoing", "consensus_state"));
    const theirs = fixture("incoming", "consensus_state");
    theirs.result.round_state.height_vote_set = [];
    expect(differences(theirs, ours)).toEqual([]);
  });

  test("subscriptions: the empty answer, NewBlock, Tx, and a malformed query", async () => {
    const socket = new WebSocket(`${node.url.replace("http", "ws")}/websocket`);
    const received: Json[] = [];
    socket.on("message", (data) => received.push(JSON.parse(data.toString())));
    await new Promise((resolve) => socket.once("open", resolve));
    for (const name of ["subscribe_newblock", "subscribe_txs", "subscribe_malformed"]) {
      socket.send(JSON.stringify(fixture("outgoing", name)));
    }
    await expect.poll(() => received.length).toBe(3);
    node.chain.produce(Uint8Array.of(77));
    await expect.poll(() => received.length).toBe(5);
    const [newBlock, tx] = received.slice(3);
    expect(received).toContainEqual({ ...fixture("incoming", "subscribe_txs"), id: newBlock.id });
    expect(received).toContainEqual({ ...fixture("incoming", "subscribe_txs"), id: tx.id });
    const refused = fixture("incoming", "subscribe_malformed");
    const malformed = received.find(({ error }) => error);
    expect(malformed.error).toMatchObject({ code: refused.error.code, message: refused.error.message });
    expect(malformed.error.data).toMatch(/^failed to parse query: offset 10: got query, wanted =/);
    const theirBlock = fixture("incoming", "subscribe_newblock_1");
    expect(differences(theirBlock, newBlock, { optional: ["result_finalize_block.tx_results"] })).toEqual([]);
    expect(newBlock.result.events).toEqual({ "tm.event": ["NewBlock"] });
    const theirTx = fixture("incoming", "subscribe_txs_1");
    const { "tx.hash": hash, "tx.height": height, ...events } = tx.result.events;
    expect([hash, height].map(([value]) => kind(value))).toEqual(["upper hex", "integer text"]);
    expect(events).toEqual({ "app.creator": ["a"], "app.key": ["b"], "tm.event": ["Tx"] });
    theirTx.result.events = tx.result.events;
    expect(differences(theirTx, tx)).toEqual([]);
    socket.close();
  });

  test("every fixture is compared", () => {
    const covered =
      /^(subscribe_(newblock|txs|malformed)|block_search_evidence|broadcast_tx_commit|block_by_hash|consensus_state)/;
    const names = readdirSync(join(folder, "incoming")).map((file) => file.replace(".json", ""));
    expect(names.filter((name) => !covered.test(name)).sort()).toEqual([...ONE_BY_ONE].sort());
  });
});

/** Paths where two answers differ in keys or in kinds of values; lists are compared by their first entries. */
function differences(theirs: Json, ours: Json, { optional = [] as readonly string[] } = {}, path = ""): string[] {
  const [a, b] = [kind(theirs), kind(ours)];
  if (a !== b) return [`${path}: ${a} there, ${b} here`];
  if (a === "list")
    return theirs.length > 0 && ours.length > 0 ? differences(theirs[0], ours[0], { optional }, path) : [];
  if (a !== "object") return [];
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  return keys.flatMap((key) => {
    const at = path === "" ? key : `${path}.${key}`;
    if ([...FREE, ...optional].some((suffix) => at.endsWith(suffix))) return [];
    if (!Object.hasOwn(ours, key)) return [`${at}: missing here`];
    if (!Object.hasOwn(theirs, key)) return [`${at}: only here`];
    return differences(theirs[key], ours[key], { optional }, at);
  });
}

/** Text is told apart by what clients parse it as. */
function kind(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value !== "string") return typeof value;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return "time text";
  if (/^[0-9A-F]{16,}$/.test(value)) return "upper hex";
  return /^-?\d+$/.test(value) ? "integer text" : "text";
}
