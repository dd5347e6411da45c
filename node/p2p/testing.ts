import { createHost, type Host, type HostOptions, type HostPorts } from "./host.ts";

/** A host on loopback with a free port and a key made from `seed`. For tests. */
export async function loopbackHost(
  seed: number,
  options: Partial<HostOptions> = {},
  ports: HostPorts = {},
): Promise<Host> {
  return createHost({ listen: ["/ip4/127.0.0.1/tcp/0"], privateKey: new Uint8Array(32).fill(seed), ...options }, ports);
}

/** Waits for a condition; fails with its description after the deadline. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 8_000,
): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
