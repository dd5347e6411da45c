import { createHost, type HostOptions, type HostPorts } from "../create-host.ts";
import type { Host } from "../host.ts";
import { peerIdOf } from "../identity.ts";
import type { NodeLog } from "../ports.ts";

/** A host on loopback with a free port and a key made from `seed`. */
export async function loopbackHost(
  seed: number,
  options: Partial<HostOptions> = {},
  ports: HostPorts = {},
): Promise<Host> {
  return createHost({ listen: ["/ip4/127.0.0.1/tcp/0"], privateKey: keyOf(seed), ...options }, ports);
}

export function keyOf(seed: number): Uint8Array {
  return new Uint8Array(32).fill(seed);
}

/** The seeds in ascending order of the peer ids they give: of two peers the first opens the direct stream. */
export async function inPeerOrder(...seeds: readonly number[]): Promise<number[]> {
  const ids = await Promise.all(seeds.map(async (seed) => ({ seed, id: await peerIdOf(keyOf(seed)) })));
  return ids.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ seed }) => seed);
}

/** A log that keeps its lines from `level` up. */
export function recordingLog(): NodeLog & { readonly lines: { level: string; message: string; fields: object }[] } {
  const lines: { level: string; message: string; fields: object }[] = [];
  const at =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Waits for a condition; fails with its description after the deadline. */
export async function until(what: string, condition: () => boolean, deadlineMs = 8_000): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
