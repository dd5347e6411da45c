import { existsSync, readFileSync } from "node:fs";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { NodeError } from "../errors.ts";
import { writeDurably } from "../home/durable-file.ts";

/** A file with one 32-byte secret: the node's network identity (node_key.json) or its beacon chain (beacon_key.json). */
export function saveSeed(path: string, seed: Uint8Array): void {
  writeDurably(path, `${JSON.stringify({ seed: toHex(seed) }, null, 2)}\n`);
}

/** Throws NodeError `bad_key`. */
export function loadSeed(path: string): Uint8Array {
  if (!existsSync(path))
    throw new NodeError("bad_key", `${path} does not exist`, "run `openledgerd init`, or restore the file");
  try {
    const { seed } = JSON.parse(readFileSync(path, "utf8")) as { seed: unknown };
    if (typeof seed !== "string" || !/^[0-9a-f]{64}$/.test(seed)) throw new Error("seed is not 64 hex digits");
    return fromHex(seed);
  } catch (error) {
    throw new NodeError("bad_key", `${path}: ${(error as Error).message}`, "restore the file from your copy");
  }
}
