import { existsSync, readFileSync } from "node:fs";
import { NodeError } from "../errors.ts";
import { writeDurably } from "../home/durable-file.ts";
import { MAX_GOSSIP_ITEM_BYTES } from "../p2p/limits.ts";
import { DEFAULT_CONFIG, LOG_FORMATS, LOG_LEVELS, type NodeConfig } from "./config.ts";

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/**
 * Reads config.json. Absent keys take their default; an unknown key or a value of another type is refused, because a
 * misspelt setting that is silently ignored is worse than a node that does not start. Throws NodeError `bad_config`.
 */
export function loadConfig(path: string): NodeConfig {
  if (!existsSync(path)) throw bad(`${path} does not exist`, "run `openledgerd init` first");
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw bad(
      `${path} is not JSON: ${(error as Error).message}`,
      "mend the file, or remove it and run `openledgerd init`",
    );
  }
  return parseConfig(json);
}

export function saveConfig(path: string, config: NodeConfig): void {
  writeDurably(path, `${JSON.stringify(config, null, 2)}\n`, 0o644);
}

/** A config from parsed JSON, defaults filled in. Throws NodeError `bad_config` that names the setting. */
export function parseConfig(json: unknown): NodeConfig {
  const config = merge(DEFAULT_CONFIG as unknown as Json, json, "config") as unknown as NodeConfig;
  checkRules(config);
  return config;
}

function merge(fallback: Json, given: unknown, path: string): Json {
  if (given === undefined) return fallback;
  if (Array.isArray(fallback)) {
    if (!Array.isArray(given) || given.some((entry) => typeof entry !== "string")) {
      throw bad(`${path} must be a list of strings`, "see the README for its form");
    }
    return given as string[];
  }
  if (typeof fallback !== "object") {
    if (typeof given !== typeof fallback)
      throw bad(`${path} must be a ${typeof fallback}`, `the default is ${fallback}`);
    return given as Json;
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw bad(`${path} must be an object`, "");
  const known = Object.keys(fallback);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw bad(`${path}.${key} is not a setting`, `did you mean ${nearest(key, known)}?`);
  }
  const entries = Object.entries(fallback as { readonly [key: string]: Json });
  const source = given as { readonly [key: string]: unknown };
  return Object.fromEntries(entries.map(([key, value]) => [key, merge(value, source[key], `${path}.${key}`)]));
}

function checkRules(config: NodeConfig): void {
  const numbers: readonly (readonly [string, number, number, number])[] = [
    ...Object.entries(config.consensus).map(([name, ms]) => [`consensus.${name}`, ms, 0, 600_000] as const),
    ["p2p.maxPeers", config.p2p.maxPeers, 1, 1000],
    ["mempool.maxTxs", config.mempool.maxTxs, 1, 1_000_000],
    ["mempool.maxBytes", config.mempool.maxBytes, 1024, 2 ** 32],
    ["mempool.maxTxBytes", config.mempool.maxTxBytes, 256, MAX_GOSSIP_ITEM_BYTES],
    ["verifier.workers", config.verifier.workers, 1, 256],
    ["verifier.memoryMiB", config.verifier.memoryMiB, 64, 1_048_576],
    ["blobs.accountQuotaMiB", config.blobs.accountQuotaMiB, 1, 1_048_576],
    ["blobs.totalMiB", config.blobs.totalMiB, 1, 1_048_576],
    ["blobs.graceSeconds", config.blobs.graceSeconds, 0, 31_536_000],
  ];
  for (const [name, value, low, high] of numbers) {
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw bad(`config.${name} is ${value}`, `give a whole number from ${low} to ${high}`);
    }
  }
  if (!/^[\w .-]{1,70}$/.test(config.moniker))
    throw bad("config.moniker is not a name", "1 to 70 letters, digits, spaces, '.', '_', '-'");
  if (!/^\d{1,9}(\.\d{1,18})?$/.test(config.minGasPrice))
    throw bad("config.minGasPrice is not a decimal", 'for example "0.001"');
  parseListen(config.rpc.listen);
  if (!LOG_LEVELS.includes(config.log.level))
    throw bad(`config.log.level is ${config.log.level}`, `one of ${LOG_LEVELS.join(", ")}`);
  if (!LOG_FORMATS.includes(config.log.format))
    throw bad(`config.log.format is ${config.log.format}`, `one of ${LOG_FORMATS.join(", ")}`);
}

/** host and port of `host:port` or `[::1]:port`. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) throw bad(`config.rpc.listen is ${text}`, "give host:port, for example 127.0.0.1:26657");
  return { host: (match[1] as string).replace(/^\[|\]$/g, ""), port };
}

function nearest(key: string, known: readonly string[]): string {
  const sorted = [...known].sort((a, b) => distance(key, a) - distance(key, b));
  return sorted[0] as string;
}

/** Levenshtein distance; names are short. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, change));
    }
    row = next;
  }
  return row[b.length] as number;
}

function bad(message: string, hint: string): NodeError {
  return new NodeError("bad_config", message, hint);
}
