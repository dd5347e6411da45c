import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CheckTxType,
  RequestCheckTx,
  RequestFinalizeBlock,
  RequestPrepareProposal,
  RequestQuery,
} from "cosmjs-types/tendermint/abci/types";
import { afterEach, describe, expect, test } from "vitest";
import { MemoryDisk } from "../../chain/store/memory-disk.ts";
import { MultiStore } from "../../chain/store/multistore.ts";
import { addMs } from "../../chain/types/time.ts";
import { chainOptionsOf } from "../../genesis/build.ts";
import { initChainRequest } from "../../genesis/init-request.ts";
import { composeModules, openledgerApp } from "../../modules/app.ts";
import { testGenesis } from "../../modules/testing/harness.ts";
import type { AppClient } from "./client.ts";
import { inlineClient } from "./inline-client.ts";
import type { AppHostOptions } from "./open-app.ts";
import { MAX_POSTED_CALLS } from "./protocol.ts";
import { openAppWorker } from "./worker-client.ts";

// Extensions are off, so that blocks need no validator.
const base = testGenesis();
const genesis = {
  ...base,
  consensusParams: { ...base.consensusParams, abci: { voteExtensionsEnableHeight: 0 } },
};
const EXTENSIONS_OFF = 0;

const folders: string[] = [];
const clients: AppClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "openledger-app-"));
  folders.push(path);
  return path;
}

function hostOptions(path: string): AppHostOptions {
  const facts = { chainId: "test-1", prefix: "open", feeDenom: "uopen", initialHeight: 1 };
  return { path, ...facts, extensionsFrom: EXTENSIONS_OFF };
}

async function worker(path: string): Promise<AppClient> {
  const client = await openAppWorker(hostOptions(path));
  clients.push(client);
  return client;
}

function inline(): AppClient {
  const chain = chainOptionsOf(genesis);
  const stores = new MultiStore({ names: composeModules(chain, EXTENSIONS_OFF).stores });
  const disk = new MemoryDisk();
  const app = openledgerApp({ chain, extensionsFrom: EXTENSIONS_OFF }, stores);
  return inlineClient({ app, write: async (writes) => disk.batch(writes) });
}

/** Runs the next block of a chain without validators' votes, and returns the application hash as hex. */
async function block(client: AppClient): Promise<string> {
  const { lastBlockHeight } = await client.info();
  const height = lastBlockHeight + 1n;
  const time = addMs(genesis.genesisTime, Number(height) * 1_000);
  const { txs } = await client.prepareProposal(
    RequestPrepareProposal.fromPartial({ height, time, maxTxBytes: 1_000_000n }),
  );
  const { appHash } = await client.finalizeBlock(RequestFinalizeBlock.fromPartial({ height, time, txs }));
  const committed = await client.commit();
  expect(committed).toEqual({ height: Number(height), appHash });
  return Buffer.from(appHash).toString("hex");
}

describe("the application in a worker", () => {
  test("reaches the same hashes as in line, also when it restarts between blocks", async () => {
    const path = await folder();
    const reference = inline();
    await reference.initChain(initChainRequest(genesis));
    let client = await worker(path);
    await client.initChain(initChainRequest(genesis));
    for (let height = 1; height <= 4; height++) {
      expect(await block(client)).toBe(await block(reference));
      await client.close();
      client = await worker(path);
      const { lastBlockHeight, lastBlockAppHash } = await client.info();
      expect(lastBlockHeight).toBe(BigInt(height));
      expect(lastBlockAppHash).toEqual((await reference.info()).lastBlockAppHash);
    }
    const answer = await client.query(RequestQuery.fromPartial({ path: "/app/version" }));
    expect(new TextDecoder().decode(answer.value)).toBe("0.0.0");
    expect(await client.brokenInvariants()).toEqual([]);
    expect((await client.export()).height).toBe(4);
  });

  test("a refused genesis is an error that names the place, and the host lives on", async () => {
    const client = await worker(await folder());
    const bad = { ...initChainRequest(genesis), appStateBytes: new TextEncoder().encode('{"chain":{}}') };
    await expect(client.initChain(bad)).rejects.toMatchObject({
      code: "genesis",
      message: "genesis: app_state.chain.bech32_prefix must be a text",
    });
    await client.initChain(initChainRequest(genesis));
    await block(client);
  });

  test("a host that stops itself rejects every waiting call and says why, once", async () => {
    const client = await worker(await folder());
    await client.initChain(initChainRequest(genesis));
    const wrong = client.finalizeBlock(RequestFinalizeBlock.fromPartial({ height: 7n }));
    const waiting = client.info();
    await expect(wrong).rejects.toMatchObject({
      code: "crashed",
      message: expect.stringContaining("asked for block 7"),
    });
    await expect(waiting).rejects.toMatchObject({ code: "crashed" });
    expect((await client.fatal).message).toContain("asked for block 7, the next one is 1");
  });

  test("a second process on the same folder is told so", async () => {
    const path = await folder();
    await worker(path);
    await expect(openAppWorker(hostOptions(path))).rejects.toMatchObject({ code: "home_in_use" });
  });

  test("own calls overtake waiting queries, and close waits for all of them", async () => {
    const client = await worker(await folder());
    await client.initChain(initChainRequest(genesis));
    let answered = 0;
    const queries = Array.from({ length: 300 }, async () => {
      await client.query(RequestQuery.fromPartial({ path: "/app/version" }));
      answered++;
    });
    await client.info();
    await client.checkTx(RequestCheckTx.fromPartial({ type: CheckTxType.RECHECK }));
    await client.query(RequestQuery.fromPartial({ path: "/app/version" }), { own: true });
    // Each answer lets as many queries follow as were answered before it.
    expect(answered).toBeLessThanOrEqual(3 * MAX_POSTED_CALLS);
    const closed = client.close();
    await Promise.all(queries);
    await closed;
    expect(answered).toBe(300);
  });

  test("calls after close are refused", async () => {
    const client = await worker(await folder());
    await client.close();
    await expect(client.info()).rejects.toMatchObject({ code: "closed" });
  });
});

test("in line, a fatal error surfaces as it does from a worker", async () => {
  const client = inline();
  await client.initChain(initChainRequest(genesis));
  await expect(client.commit()).rejects.toMatchObject({ code: "crashed" });
  expect((await client.fatal).message).toContain("there is no finalized block to commit");
  await expect(client.info()).rejects.toMatchObject({ code: "crashed" });
});
