import { createServer } from "node:net";

const FIRST_BASE = 28_000;
/** Below the ports that operating systems give to clients. */
const LAST_BASE = 32_400;
const STEP = 200;
const BASES = (LAST_BASE - FIRST_BASE) / STEP + 1;
/** Of a local network: node i has its p2p port at base + 10 i, its RPC one above. */
const PORTS_PER_NODE = 10;

/**
 * A base port at which a network of so many nodes finds all its ports free. Each process begins elsewhere: of two demos
 * that start at once neither has its ports open when the other looks.
 */
export async function freeBasePort(nodes: number): Promise<number> {
  for (let i = 0; i < BASES; i++) {
    const base = FIRST_BASE + STEP * ((process.pid + i) % BASES);
    const ports = Array.from({ length: nodes }, (_, node) => base + PORTS_PER_NODE * node).flatMap((port) => [
      port,
      port + 1,
    ]);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no free ports for ${nodes} nodes from ${FIRST_BASE} to ${LAST_BASE}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
