import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as limits from "./limits.ts";
import { PENALTIES } from "./peers.ts";
import { protocolsOf } from "./protocols.ts";

const README = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
const ERRORS = readFileSync(join(import.meta.dirname, "errors.ts"), "utf8");

describe("README of the network layer", () => {
  test("lists every protocol, topic and error code", () => {
    const names = Object.values(protocolsOf("CHAIN")).map((name) => name.replace("CHAIN", "<chain>"));
    const codes = [...ERRORS.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(10);
    expect([...names, ...codes].filter((each) => !README.includes(`\`${each}\``))).toEqual([]);
  });

  test("states the limits that the code has", () => {
    const kib = (bytes: number): string => `${bytes / 1024} KiB`;
    const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;
    const stated = [
      `up to ${limits.GOSSIP_FLUSH_MS} ms`,
      `up to ${kib(limits.GOSSIP_FRAME_BYTES)} and ${limits.MAX_ITEMS_PER_FRAME} items`,
      `up to ${mib(limits.MAX_GOSSIP_ITEM_BYTES)}`,
      `each ${limits.KEEPALIVE_INTERVAL_MS / 1000} s`,
      `silent for ${limits.STREAM_IDLE_TIMEOUT_MS / 1000} s`,
      `${limits.REDIAL_MIN_DELAY_MS} ms doubling to ${limits.REDIAL_MAX_DELAY_MS / 1000} s`,
      `${limits.MAX_REQUESTS_PER_PEER} requests to a peer`,
      `${limits.MAX_QUEUED_REQUESTS_PER_PEER} wait`,
      `${mib(limits.SERVE_BYTES_PER_SECOND)}/s to one peer`,
      `limited to ${limits.DEFAULT_MAX_PEERS} peers and ${limits.INBOUND_CONNECTIONS_PER_SECOND} new ones`,
      `no | ${PENALTIES["bad-gossip-frame"]} points`,
      `no | ${PENALTIES["invalid-gossip-item"]} points`,
    ];
    expect(stated.filter((each) => !README.includes(each))).toEqual([]);
  });
});
