import { join } from "node:path";
import type { OfflineDirectSigner } from "@cosmjs/proto-signing";
import { Models } from "../attest/models.ts";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { GeneratorPool, Generators } from "../generator/index.ts";
import { VerifierPool } from "../influence/pool.ts";
import type { NodeLog } from "../p2p/index.ts";
import { BlobCache } from "./blob-cache.ts";
import type { HostEvent } from "./events.ts";
import { InferenceHost } from "./host.ts";
import * as limits from "./limits.ts";
import { NodeRpc } from "./rpc.ts";
import { Transactions } from "./transactions.ts";

export interface HostOptions {
  /** A node's RPC, `http://127.0.0.1:26657` say. */
  readonly rpcUrl: string;
  /** Ids of the models to serve. */
  readonly models: readonly string[];
  /** Home folder; model blobs are kept in `<home>/data/host`. */
  readonly home: string;
  /** Threads that run models; 1 by default. */
  readonly workers?: number;
  /** Memory for resident classifiers, and as much for resident generators, MiB. */
  readonly memoryMiB?: number;
  /** Gas price with its denom, `0.001uopen` by default. */
  readonly gasPrice?: string;
  /** Results of one transaction. */
  readonly maxResultsPerTx?: number;
  readonly pollMs?: number;
}

export interface HostPorts {
  readonly signer: OfflineDirectSigner;
  readonly log: NodeLog;
  readonly onEvent?: (event: HostEvent) => void;
}

const MIB = 1024 * 1024;
const DEFAULT_GAS_PRICE = "0.001uopen";

/** A host with its threads, not started. */
export async function createHost(options: HostOptions, { signer, log, onEvent }: HostPorts): Promise<InferenceHost> {
  const [account] = await signer.getAccounts();
  if (!account) throw new TypeError("the signer has no account");
  const { address } = account;
  const { workers = DEFAULT_CONFIG.verifier.workers, memoryMiB = DEFAULT_CONFIG.verifier.memoryMiB } = options;
  const memoryBytes = memoryMiB * MIB;
  const pool = await VerifierPool.open({ workers, memoryBytes });
  const generatorPool = new GeneratorPool({ memoryBytes });
  const rpc = new NodeRpc(options.rpcUrl);
  const cache = new BlobCache(join(options.home, "data", "host"), rpc);
  const { gasPrice = DEFAULT_GAS_PRICE } = options;
  const transactions = new Transactions({ url: rpc.url, gasPrice, address }, signer);
  return new InferenceHost(
    {
      address,
      models: options.models,
      maxResultsPerTx: options.maxResultsPerTx ?? limits.MAX_RESULTS_PER_TX,
      pollMs: options.pollMs ?? limits.POLL_MS,
    },
    {
      ...{ rpc, ask: rpc.ask, pool, generatorPool },
      models: new Models(rpc.ask, cache),
      generators: new Generators({ ask: rpc.ask, blobs: cache }),
      inputs: rpc,
      transactions,
      log,
      emit: onEvent ?? (() => undefined),
      async close() {
        transactions.close();
        await generatorPool.close();
        await pool.close();
      },
    },
  );
}
