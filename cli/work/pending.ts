import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Batch } from "./batches.ts";

/** What a contributor says about where data comes from. */
export interface Origin {
  readonly licence: string;
  readonly source: string;
  readonly synthetic: boolean;
  readonly parents: readonly string[];
}

/** A commitment that waits for its reveal: without its salt the bond burns, so it is on disk before it is on chain. */
export interface Pending extends Origin {
  readonly contribution: string;
  readonly datanet: string;
  readonly salt: Uint8Array;
  readonly root: Uint8Array;
  readonly items: number;
  /** Encoded ContributionItems. */
  readonly bytes: Uint8Array;
}

interface Stored extends Origin {
  readonly datanet: string;
  readonly salt: string;
  readonly root: string;
  readonly items: number;
}

export function savePending(folder: string, datanet: string, batch: Batch, origin: Origin): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { salt, root, items } = batch;
  const stored: Stored = { datanet, salt: toHex(salt), root: toHex(root), items, ...origin };
  writeDurably(join(folder, `${batch.id}.items`), batch.bytes);
  writeDurably(join(folder, `${batch.id}.json`), `${JSON.stringify(stored, null, 2)}\n`);
}

/** Pending reveals in a folder, by contribution id. Throws CliError `corrupt`. */
export function loadPending(folder: string): Pending[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => {
    const contribution = file.slice(0, -".json".length);
    try {
      const stored = JSON.parse(readFileSync(join(folder, file), "utf8")) as Stored;
      const bytes = new Uint8Array(readFileSync(join(folder, `${contribution}.items`)));
      return { ...stored, contribution, salt: fromHex(stored.salt), root: fromHex(stored.root), bytes };
    } catch (error) {
      const hint = "repeat `contribute commit` with the same data: it derives the same salt";
      throw new CliError(EXIT.corrupt, `${join(folder, file)}: ${(error as Error).message}`, hint);
    }
  });
}

export function removePending(folder: string, contribution: string): void {
  rmSync(join(folder, `${contribution}.json`), { force: true });
  rmSync(join(folder, `${contribution}.items`), { force: true });
}
