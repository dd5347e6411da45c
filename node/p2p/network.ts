import { BlockExchange, type BlockSource } from "./blocks.ts";
import { createHost, type HostOptions, type HostPorts } from "./create-host.ts";
import { type BatchGossipPorts, OpeningGossip, TxGossip } from "./gossip.ts";
import type { ChainIdentity } from "./handshake.ts";
import type { Host } from "./host.ts";
import { protocolsOf } from "./protocols.ts";
import { RequestResponse } from "./reqresp.ts";
import { DirectStreams, type DirectStreamsOptions } from "./streams.ts";

export interface NetworkOptions extends Omit<HostOptions, "topics"> {
  readonly self: ChainIdentity;
  /** Limits of the consensus streams where they differ from the defaults. */
  readonly consensus?: Omit<Partial<DirectStreamsOptions>, "protocol" | "self">;
  readonly maxTxBytes?: number;
  readonly maxOpeningBytes?: number;
}

export interface NetworkPorts extends HostPorts {
  readonly checkTxs: BatchGossipPorts["check"];
  readonly checkOpenings: BatchGossipPorts["check"];
  readonly blocks: BlockSource;
}

/** All of a node's network: one host, and what runs on it. */
export interface Network {
  readonly host: Host;
  readonly streams: DirectStreams;
  readonly txs: TxGossip;
  readonly openings: OpeningGossip;
  readonly requests: RequestResponse;
  readonly blocks: BlockExchange;
  /** Registers every protocol, then listens and dials. Further protocols are registered before. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function createNetwork(options: NetworkOptions, ports: NetworkPorts): Promise<Network> {
  const names = protocolsOf(options.self.chainId);
  const host = await createHost({ ...options, topics: [names.txTopic, names.openingTopic] }, ports);
  const requests = new RequestResponse({ host });
  const streams = new DirectStreams({ ...options.consensus, protocol: names.consensus, self: options.self }, { host });
  const blocks = new BlockExchange({ protocol: names.blocks }, { host, requests, source: ports.blocks });
  const txs = new TxGossip({ topic: names.txTopic, ...itemLimit(options.maxTxBytes) }, { host, check: ports.checkTxs });
  const openings = new OpeningGossip(
    { topic: names.openingTopic, ...itemLimit(options.maxOpeningBytes) },
    { host, check: ports.checkOpenings },
  );
  return {
    host,
    streams,
    txs,
    openings,
    requests,
    blocks,
    async start() {
      await streams.start();
      await blocks.start();
      await host.start();
      txs.start();
      openings.start();
    },
    async stop() {
      txs.stop();
      openings.stop();
      await streams.stop();
      await blocks.stop();
      requests.stop();
      await host.stop();
    },
  };
}

function itemLimit(maxItemBytes: number | undefined): { readonly maxItemBytes?: number } {
  return maxItemBytes === undefined ? {} : { maxItemBytes };
}
