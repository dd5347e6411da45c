import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { concatBytes, HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { taggedHash } from "../../chain/crypto/tagged.ts";
import { BEACON_CHAIN_LENGTH, type BeaconSecret, hashTimes, revealFor } from "../../modules/attribution/client.ts";
import { readIfPresent, writeDurably } from "../home/durable-file.ts";
import { siblingModule } from "../influence/sibling.ts";

/**
 * The hash chain of a validator's beacon secret: 2^20 hashes take a second or more, so that they are computed once, in a
 * thread of their own, and every 1,024th preimage is kept in `folder` (32 KiB, as secret as the secret itself).
 */
export async function loadBeaconChain(secret: Uint8Array, folder: string): Promise<BeaconSecret> {
  const stored = readIfPresent(fileIn(folder));
  const known = stored && decodeChain(stored, secret);
  if (known) return known;
  const chain = await computeInWorker(secret);
  saveBeaconChain(folder, chain);
  return chain;
}

/** Keeps a chain that was computed elsewhere, at the making of a genesis file, say. */
export function saveBeaconChain(folder: string, chain: BeaconSecret): void {
  writeDurably(fileIn(folder), concatBytes(...chain.checkpoints, chain.end));
}

function fileIn(folder: string): string {
  return join(folder, "beacon-chain.bin");
}

/** Undefined for the chain of another secret, and for bytes that are no chain. */
function decodeChain(bytes: Uint8Array, secret: Uint8Array): BeaconSecret | undefined {
  if (bytes.length < 2 * HASH_LENGTH || bytes.length % HASH_LENGTH !== 0) return undefined;
  const hashes = Array.from({ length: bytes.length / HASH_LENGTH }, (_, i) =>
    bytes.slice(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
  );
  const end = hashes.pop() as Uint8Array;
  const chain: BeaconSecret = { length: BEACON_CHAIN_LENGTH, checkpoints: hashes, end };
  const first = hashes[0] as Uint8Array;
  if (!equalBytes(first, taggedHash("openledger/beacon/secret", secret))) return undefined;
  return endsRight(chain) ? chain : undefined;
}

/** The reveal of the first height is the preimage of the end. */
function endsRight(chain: BeaconSecret): boolean {
  const last = revealFor(chain, 0, 1);
  return last !== undefined && equalBytes(hashTimes(last, 1), chain.end);
}

function computeInWorker(secret: Uint8Array): Promise<BeaconSecret> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(siblingModule("beacon-worker", import.meta.url), { workerData: { secret } });
    worker.once("message", (chain: BeaconSecret) => resolve(chain));
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread that makes the beacon chain ended early")));
    worker.unref();
  });
}
