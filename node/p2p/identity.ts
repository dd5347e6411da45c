import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { P2pError } from "./errors.ts";
import type { PeerId } from "./ports.ts";

export const NODE_KEY_SEED_BYTES = 32;

/** The libp2p key of a 32-byte ed25519 seed (the node key file's content; not the validator key). */
export async function nodeKeyOf(seed: Uint8Array): Promise<Ed25519PrivateKey> {
  if (seed.length !== NODE_KEY_SEED_BYTES) {
    throw new P2pError("bad-option", `node key has ${seed.length} bytes, ${NODE_KEY_SEED_BYTES} are needed`, {
      nextStep: "Restore node_key.json, or delete it to get a new node id",
    });
  }
  return generateKeyPairFromSeed("Ed25519", seed);
}

/** The peer id that a node with this seed has. */
export async function peerIdOf(seed: Uint8Array): Promise<PeerId> {
  return peerIdFromPrivateKey(await nodeKeyOf(seed)).toString();
}
