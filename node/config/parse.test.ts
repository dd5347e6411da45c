import { describe, expect, test } from "vitest";
import type { NodeError } from "../errors.ts";
import { DEFAULT_CONFIG } from "./config.ts";
import { parseConfig, parseListen } from "./parse.ts";

const errorOf = (json: unknown): string => {
  try {
    parseConfig(json);
  } catch (error) {
    return `${(error as Error).message} | ${(error as NodeError).hint}`;
  }
  return "accepted";
};

describe("config", () => {
  test("default: an empty file is the default config", () => {
    expect(parseConfig({})).toEqual(DEFAULT_CONFIG);
    expect(parseConfig(JSON.parse(JSON.stringify(DEFAULT_CONFIG)))).toEqual(DEFAULT_CONFIG);
  });

  test("behavior: one setting changes, the others stay", () => {
    const config = parseConfig({ consensus: { commitMs: 10 }, p2p: { persistentPeers: ["/ip4/1.2.3.4/tcp/1/p2p/x"] } });
    expect(config.consensus).toEqual({ ...DEFAULT_CONFIG.consensus, commitMs: 10 });
    expect(config.p2p.maxPeers).toBe(DEFAULT_CONFIG.p2p.maxPeers);
  });

  test("behavior: a misspelt setting is refused with the nearest name", () => {
    expect(errorOf({ rpc: { lisen: "x" } })).toMatchInlineSnapshot(
      `"config.rpc.lisen is not a setting | did you mean listen?"`,
    );
  });

  test("behavior: wrong types and values name the setting", () => {
    expect(errorOf({ moniker: 3 })).toContain("config.moniker must be a string");
    expect(errorOf({ consensus: { commitMs: -1 } })).toContain("config.consensus.commitMs is -1");
    expect(errorOf({ verifier: { workers: 1.5 } })).toContain("config.verifier.workers");
    expect(errorOf({ minGasPrice: "free" })).toContain("config.minGasPrice");
    expect(errorOf({ rpc: { listen: "nowhere" } })).toContain("config.rpc.listen");
    expect(errorOf({ log: { level: "loud" } })).toContain("one of debug");
    expect(errorOf([])).toContain("must be an object");
    expect(errorOf({ p2p: { listen: [1] } })).toContain("list of strings");
  });

  test("listen addresses, IPv6 too", () => {
    expect(parseListen("127.0.0.1:80")).toEqual({ host: "127.0.0.1", port: 80 });
    expect(parseListen("[::1]:26657")).toEqual({ host: "::1", port: 26657 });
    expect(() => parseListen("127.0.0.1:70000")).toThrow("config.rpc.listen");
  });
});
