import { DEFAULT_TIMEOUTS, type TimeoutConfig } from "../../chain/consensus/timeouts.ts";
import { DEFAULT_MEMPOOL_LIMITS } from "../../chain/mempool/mempool.ts";

/** config.json: what differs between nodes of one network. Nothing here can make nodes disagree on state. */
export interface NodeConfig {
  readonly moniker: string;
  readonly p2p: {
    /** Multiaddrs to listen on. */
    readonly listen: readonly string[];
    /** Multiaddrs with peer ids, redialled for ever. */
    readonly persistentPeers: readonly string[];
    readonly maxPeers: number;
  };
  readonly rpc: {
    /** host:port of JSON-RPC, WebSocket and blobs. */
    readonly listen: string;
    readonly corsOrigins: readonly string[];
  };
  readonly consensus: TimeoutConfig;
  readonly mempool: { readonly maxTxs: number; readonly maxBytes: number; readonly maxTxBytes: number };
  /** Least gas price in uopen that CheckTx takes, as a decimal. */
  readonly minGasPrice: string;
  readonly verifier: {
    /** A validator without a verifier abstains: it is not slashed and not paid. */
    readonly enabled: boolean;
    readonly workers: number;
    /** Memory for resident classifiers, and as much again for resident generators, MiB. */
    readonly memoryMiB: number;
  };
  readonly blobs: {
    /** Unreferenced bytes that one account may keep here, MiB. */
    readonly accountQuotaMiB: number;
    /** All blobs, MiB. */
    readonly totalMiB: number;
    /** Time after which a blob that nothing on chain refers to is collected, seconds. */
    readonly graceSeconds: number;
  };
  readonly log: { readonly level: string; readonly format: string };
}

export const DEFAULT_CONFIG: NodeConfig = {
  moniker: "node",
  p2p: { listen: ["/ip4/0.0.0.0/tcp/26656"], persistentPeers: [], maxPeers: 50 },
  rpc: { listen: "127.0.0.1:26657", corsOrigins: [] },
  consensus: DEFAULT_TIMEOUTS,
  mempool: {
    maxTxs: DEFAULT_MEMPOOL_LIMITS.maxTxs,
    maxBytes: DEFAULT_MEMPOOL_LIMITS.maxBytes,
    maxTxBytes: DEFAULT_MEMPOOL_LIMITS.maxTxBytes,
  },
  minGasPrice: "0.001",
  verifier: { enabled: true, workers: 1, memoryMiB: 768 },
  blobs: { accountQuotaMiB: 256, totalMiB: 16_384, graceSeconds: 3600 },
  log: { level: "info", format: "pretty" },
};

export const LOG_LEVELS: readonly string[] = ["debug", "info", "warn", "error", "silent"];
export const LOG_FORMATS: readonly string[] = ["pretty", "json"];
