import { peerIdFromString } from "@libp2p/peer-id";
import type { JsonObject } from "../../chain/codec/comet-json.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { addressOfEd25519 } from "../../chain/crypto/keys.ts";

/** CometBFT whose RPC is spoken here: clients choose their decoder by the part before the second dot. */
export const COMET_VERSION = "0.38.17";

/** The ed25519 key that a libp2p peer id contains; undefined for an id of another kind of key. */
export function keyOfPeer(peerId: string): Uint8Array | undefined {
  try {
    const id = peerIdFromString(peerId);
    return id.type === "Ed25519" ? id.publicKey.raw : undefined;
  } catch {
    return undefined;
  }
}

/** A peer's id in CometBFT's form, lower-case hex of its key's address, because clients read it as hex. */
export function cometNodeId(peerId: string): string {
  const key = keyOfPeer(peerId);
  return key ? toHex(addressOfEd25519(key)) : toHex(new TextEncoder().encode(peerId));
}

export interface NodeDescription {
  readonly peerId: string;
  readonly listenAddress: string;
  readonly chainId: string;
  readonly moniker: string;
  readonly appVersion: bigint;
  readonly rpcAddress: string;
}

/** `node_info` of `status` and `net_info`; the libp2p id stands in `other`. */
export function nodeInfoToJson(node: NodeDescription): JsonObject {
  return {
    protocol_version: { p2p: "8", block: "11", app: String(node.appVersion) },
    id: cometNodeId(node.peerId),
    listen_addr: node.listenAddress === "" ? "none" : node.listenAddress,
    network: node.chainId,
    version: COMET_VERSION,
    channels: "",
    moniker: node.moniker,
    other: { tx_index: "on", rpc_address: node.rpcAddress, libp2p_peer_id: node.peerId },
  };
}
