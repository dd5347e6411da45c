import { type JsonObject, pubKeyToJson, upperHex } from "../../../chain/codec/comet-json.ts";
import { addressOfEd25519 } from "../../../chain/crypto/keys.ts";
import { toRfc3339 } from "../../../chain/types/time.ts";
import type { NodeBackend } from "../backend.ts";
import { keyOfPeer, nodeInfoToJson } from "../node-info.ts";
import { type Routes, route } from "../route.ts";

// What the node is and whom it knows.

/** Go's zero Unix time, which CometBFT shows before the first block. */
const NO_TIME = "1970-01-01T00:00:00Z";

export const infoRoutes: Routes = {
  health: route({}, () => ({})),
  status: route({}, ({ backend }) => status(backend)),
  net_info: route({}, ({ backend }) => netInfo(backend)),
};

async function status(backend: NodeBackend): Promise<JsonObject> {
  const { height, earliestHeight, catchingUp, validator } = backend.status();
  const [latest, earliest] = await Promise.all([blockSummary(backend, height), blockSummary(backend, earliestHeight)]);
  return {
    node_info: nodeInfoToJson({
      peerId: backend.nodeId,
      listenAddress: backend.listenAddress,
      chainId: backend.chainId,
      moniker: backend.moniker,
      appVersion: backend.genesis.consensusParams.version.app,
      rpcAddress: "",
    }),
    sync_info: {
      latest_block_hash: latest.hash,
      latest_app_hash: latest.appHash,
      latest_block_height: String(height),
      latest_block_time: latest.time,
      earliest_block_hash: earliest.hash,
      earliest_app_hash: earliest.appHash,
      earliest_block_height: String(earliestHeight),
      earliest_block_time: earliest.time,
      catching_up: catchingUp,
    },
    validator_info: validatorInfo(backend, validator),
  };
}

/** As in CometBFT the application hash is the header's: the state before this block's transactions. */
async function blockSummary(backend: NodeBackend, height: number) {
  const stored = height > 0 ? await backend.block(height) : undefined;
  if (!stored) return { hash: "", appHash: "", time: NO_TIME };
  const { appHash, time } = stored.block.header;
  return { hash: upperHex(stored.blockId.hash), appHash: upperHex(appHash), time: toRfc3339(time) };
}

/** A node without a validator key shows its network key without power, because clients require a key here. */
function validatorInfo(backend: NodeBackend, validator: ReturnType<NodeBackend["status"]>["validator"]): JsonObject {
  const pubKey = validator?.pubKey ?? keyOfPeer(backend.nodeId) ?? new Uint8Array(32);
  return {
    address: upperHex(validator?.address ?? addressOfEd25519(pubKey)),
    pub_key: pubKeyToJson(pubKey),
    voting_power: String(validator?.power ?? 0),
  };
}

function netInfo(backend: NodeBackend): JsonObject {
  const peers = backend.peers();
  return {
    listening: true,
    listeners: [backend.listenAddress],
    n_peers: String(peers.length),
    peers: peers.map((peer) => ({
      node_info: nodeInfoToJson({
        peerId: peer.peer,
        listenAddress: peer.remoteAddress,
        chainId: backend.chainId,
        moniker: peer.moniker ?? "",
        appVersion: backend.genesis.consensusParams.version.app,
        rpcAddress: "",
      }),
      is_outbound: peer.direction === "outbound",
      connection_status: { Duration: String(BigInt(Math.floor(peer.connectedMs)) * 1_000_000n) },
      remote_ip: remoteIp(peer.remoteAddress),
      score: peer.score,
      persistent: peer.persistent,
    })),
  };
}

/** Address in a multiaddr such as /ip4/10.0.0.1/tcp/26656; empty when it has none. */
function remoteIp(multiaddr: string): string {
  return /^\/(?:ip4|ip6|dns[46]?)\/([^/]+)/.exec(multiaddr)?.[1] ?? "";
}
