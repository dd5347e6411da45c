import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { BlockSource } from "../../node/p2p/blocks.ts";
import { createNetwork, type Network, protocolsOf } from "../../node/p2p/index.ts";
import { recordingLog } from "../../node/p2p/testing/hosts.ts";
import type { TestNode } from "./node.ts";
import { eventually } from "./process.ts";

export interface AttackerOptions {
  readonly chainId: string;
  /** Its genesis file; by default that of the node it connects to. */
  readonly genesisHash?: Uint8Array;
  /** Blocks that it claims to hold. */
  readonly blocks?: BlockSource;
  readonly moniker?: string;
}

const NO_BLOCKS: BlockSource = { status: () => ({ base: 0, height: 0 }), load: async () => undefined };

/** A peer that follows no rules: this project's network layer in the hands of the test. */
export interface Attacker {
  readonly network: Network;
  readonly protocols: ReturnType<typeof protocolsOf>;
  readonly log: ReturnType<typeof recordingLog>;
  /** Whether the node still lets it be connected. */
  isConnected(): boolean;
  stop(): Promise<void>;
}

export async function attack(node: TestNode, options: AttackerOptions): Promise<Attacker> {
  const { chainId, blocks = NO_BLOCKS, moniker = "attacker" } = options;
  const genesisHash = options.genesisHash ?? sha256(new Uint8Array(readFileSync(node.path("config", "genesis.json"))));
  const address = await addressOf(node);
  const log = recordingLog();
  const network = await createNetwork(
    {
      listen: ["/ip4/127.0.0.1/tcp/0"],
      persistentPeers: [],
      privateKey: new Uint8Array(randomBytes(32)),
      self: { chainId, genesisHash, moniker },
    },
    {
      log,
      checkTxs: async (txs) => txs.map(() => ({ action: "accept" as const })),
      checkOpenings: async (items) => items.map(() => ({ action: "accept" as const })),
      blocks,
    },
  );
  await network.start();
  const peer = await network.host.connect(address);
  return {
    network,
    protocols: protocolsOf(chainId),
    log,
    isConnected: () => network.host.isConnected(peer),
    stop: () => network.stop(),
  };
}

/** Multiaddr of a node with its peer id. */
async function addressOf(node: TestNode): Promise<string> {
  const { node_info } = await node.status();
  return `${node.p2p}/p2p/${node_info.other.libp2p_peer_id}`;
}

/** Opens streams of a protocol and writes raw bytes into each. */
export async function writeRaw(attacker: Attacker, protocol: string, payloads: readonly Uint8Array[]): Promise<void> {
  const { host } = attacker.network;
  for (const payload of payloads) {
    const [peer] = host.peers();
    if (!peer) return;
    const stream = await host.openStream(peer, protocol, AbortSignal.timeout(10_000)).catch(() => undefined);
    stream?.send(payload);
  }
}

/** Writes bytes that are no libp2p handshake to the node's port, until the node closes the connection. */
export async function writeTcp(node: TestNode, bytes: Uint8Array): Promise<void> {
  const [, , host, , port] = node.p2p.split("/");
  await new Promise<void>((resolve) => {
    const socket = connectTcp({ host: host as string, port: Number(port) }, () => socket.write(bytes));
    socket.once("error", () => socket.destroy());
    socket.once("close", () => resolve());
  });
}

/** Waits until the node's direct stream with the attacker is open, so that frames reach its consensus. */
export async function joined(attacker: Attacker): Promise<void> {
  await eventually("the direct stream", () => (attacker.network.streams.peers().length > 0 ? true : undefined));
}
