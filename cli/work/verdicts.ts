import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import type { Contribution, Item } from "../../proto/gen/openledger/datanet/v1.ts";
import { CliError, EXIT, usageError } from "../errors.ts";

/** Says which items of a contribution are good. */
export type VerdictSource = (contribution: Contribution, items: readonly Item[]) => readonly boolean[];

/** Bit i, least significant first: item i is good. */
export function bitmapOf(verdict: readonly boolean[]): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(verdict.length / 8));
  verdict.forEach((good, i) => {
    if (good) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bitmap;
}

export const acceptAll: VerdictSource = (_contribution, items) => items.map(() => true);

/**
 * Verdicts of a JSON file: contribution id -> true, false, or a list of one boolean an item.
 * Throws CliError `usage` that names the contribution.
 */
export function verdictsFromFile(file: string): VerdictSource {
  if (!existsSync(file)) throw usageError(`${file} does not exist`, "give a JSON file of verdicts");
  let verdicts: unknown;
  try {
    verdicts = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw usageError(`${file} is not JSON: ${(error as Error).message}`, SHAPE);
  }
  if (typeof verdicts !== "object" || verdicts === null || Array.isArray(verdicts))
    throw usageError(`${file} is no object`, SHAPE);
  const byId = new Map(Object.entries(verdicts));
  return ({ id }, items) => listOf(byId.get(id), `${file}: contribution ${id}`, items.length);
}

const SHAPE = 'it holds {"<contribution id>": true | false | [one boolean an item]}';

function listOf(value: unknown, where: string, items: number): readonly boolean[] {
  if (value === undefined) throw usageError(`${where} has no verdict`, SHAPE);
  if (typeof value === "boolean") return new Array<boolean>(items).fill(value);
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "boolean"))
    throw usageError(`${where} is no verdict`, SHAPE);
  if (value.length !== items) throw usageError(`${where} has ${value.length} verdicts for ${items} items`, SHAPE);
  return value as boolean[];
}

/** What the reveal of a committed verdict needs. */
export interface SavedVerdict {
  readonly bitmap: Uint8Array;
  readonly salt: Uint8Array;
}

export function saveVerdict(folder: string, contribution: string, { bitmap, salt }: SavedVerdict): void {
  writeDurably(pathOf(folder, contribution), `${JSON.stringify({ bitmap: toHex(bitmap), salt: toHex(salt) })}\n`);
}

/** Throws CliError `notFound` or `corrupt`. */
export function loadVerdict(folder: string, contribution: string): SavedVerdict {
  const path = pathOf(folder, contribution);
  if (!existsSync(path)) {
    throw new CliError(
      EXIT.notFound,
      `${path} is missing: without it the verdict can't be revealed`,
      "use the --home that committed it",
    );
  }
  try {
    const { bitmap, salt } = JSON.parse(readFileSync(path, "utf8")) as { bitmap: string; salt: string };
    return { bitmap: fromHex(bitmap), salt: fromHex(salt) };
  } catch (error) {
    throw new CliError(EXIT.corrupt, `${path}: ${(error as Error).message}`);
  }
}

export function removeVerdict(folder: string, contribution: string): void {
  rmSync(pathOf(folder, contribution), { force: true });
}

function pathOf(folder: string, contribution: string): string {
  return join(folder, `${contribution}.json`);
}
