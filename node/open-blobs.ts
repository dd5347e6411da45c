import { QueryAccountRequest } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import type { GenesisDoc } from "../chain/types/genesis.ts";
import type { AppClient } from "./app/client.ts";
import { BlobCollection } from "./blob-collection.ts";
import { BlobReferences } from "./blob-references.ts";
import { BlobHttp, BlobStore, BlobTransfer } from "./blobs/index.ts";
import type { NodeConfig } from "./config/config.ts";
import { chainParameters } from "./genesis-file.ts";
import { type Network, type NodeLog, protocolsOf } from "./p2p/index.ts";

const MIB = 1024 * 1024;

/** Blobs that nothing refers to are looked for this often. */
const COLLECT_EVERY_MS = 60_000;

/** A download over HTTP waits this long for peers to give what this node lacks. */
const HTTP_FETCH_TIMEOUT_MS = 5_000;

export interface BlobsSetup {
  readonly config: NodeConfig;
  readonly genesis: GenesisDoc;
  readonly dir: string;
}

export interface BlobsNeeds {
  readonly app: AppClient;
  readonly network: Network;
  readonly log: NodeLog;
}

export interface NodeBlobs {
  readonly store: BlobStore;
  readonly transfer: BlobTransfer;
  readonly http: BlobHttp;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The node's blobs: store, exchange with peers, uploads, and collection of what the chain does not refer to. */
export async function openBlobs({ config, genesis, dir }: BlobsSetup, needs: BlobsNeeds): Promise<NodeBlobs> {
  const { app, network, log } = needs;
  const { accountQuotaMiB, totalMiB, graceSeconds } = config.blobs;
  const store = await BlobStore.open(
    { dir, accountQuotaBytes: accountQuotaMiB * MIB, totalBytes: totalMiB * MIB, graceMs: graceSeconds * 1000 },
    { log },
  );
  const { chainId } = genesis;
  const transfer = new BlobTransfer(
    { protocol: protocolsOf(chainId).blobs },
    { host: network.host, requests: network.requests, store },
  );
  const references = new BlobReferences(app);
  const http = new BlobHttp(
    { chainId, prefix: chainParameters(genesis).prefix },
    {
      store,
      accountExists: (address) => accountExists(app, address),
      isReferenced: (id) => references.has(id),
      fetch: (id) => transfer.ensure(id, { timeoutMs: HTTP_FETCH_TIMEOUT_MS }),
      log,
    },
  );
  const collection = new BlobCollection({ graceMs: graceSeconds * 1000 }, { store, references });
  let timer: NodeJS.Timeout | undefined;
  const collect = () => {
    void collection
      .run()
      .catch((error: unknown) => log.warn({ reason: (error as Error).message }, "blobs were not collected"));
  };
  return {
    store,
    transfer,
    http,
    async start() {
      await transfer.start();
      timer = setInterval(collect, COLLECT_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      await transfer.stop();
    },
  };
}

async function accountExists(app: AppClient, address: string): Promise<boolean> {
  const data = QueryAccountRequest.encode({ address }).finish();
  const { code } = await app.query(RequestQuery.fromPartial({ path: "/cosmos.auth.v1beta1.Query/Account", data }));
  return code === 0;
}
