import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { TxIndex } from "../../index/index.ts";
import { type NodeLog, SILENT_LOG } from "../../p2p/ports.ts";
import { createRpcServer, type RpcServerOptions } from "../server.ts";
import { FakeChain } from "./fake-chain.ts";

export interface FakeNode {
  readonly chain: FakeChain;
  readonly index: TxIndex;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Messages of warnings and errors. */
  readonly warnings: readonly string[];
  /** Resolves when all blocks made so far can be found. */
  indexed(): Promise<void>;
  stop(): Promise<void>;
}

/** RPC servers and index over a {@link FakeChain} on a free port. */
export async function startFakeNode(
  options: Partial<RpcServerOptions> = {},
  chain = new FakeChain(),
): Promise<FakeNode> {
  const dir = await mkdtemp(join(tmpdir(), "openledger-rpc-"));
  const warnings: string[] = [];
  const warn: NodeLog["warn"] = (_, message) => warnings.push(message);
  const log: NodeLog = { ...SILENT_LOG, warn, error: warn };
  const index = await TxIndex.open(join(dir, "index"), { backend: chain, log });
  const server = createRpcServer(
    { listen: "127.0.0.1:0", corsOrigins: [], ...options },
    { backend: chain, index, log },
  );
  const { url } = await server.start();
  const indexed = async () => {
    while (index.height < chain.height()) await setTimeout(2);
  };
  const stop = async () => {
    await server.stop();
    await index.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { chain, index, url, warnings, indexed, stop };
}

/** Parsed JSON of which tests read what they expect. */
export type JsonAnswer = ReturnType<typeof JSON.parse>;

/** Result or error of one JSON-RPC request. */
export async function post(url: string, method: string, params?: unknown): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method, params }),
  });
  return (await response.json()) as JsonAnswer;
}
