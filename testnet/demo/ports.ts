import { createServer } from "node:net";

const FIRST_BASE = 28_000;
const LAST_BASE = 60_000;
const STEP = 200;
/** Of a local network: node i has its p2p port at base + 10 i, its RPC one above. */
const PORTS_PER_NODE = 10;

/** A base port at which a network of so many nodes finds all its ports free. */
export async function freeBasePort(nodes: number): Promise<number> {
  for (let base = FIRST_BASE; base <= LAST_BASE; base += STEP) {
    const ports = Array.from({ length: nodes }, (_, i) => base + PORTS_PER_NODE * i).flatMap((port) => [
      port,
      port + 1,
    ]);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no free ports for ${nodes} nodes from ${FIRST_BASE} on`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
