import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Demo } from "./demo.ts";
import { reaches, startNode } from "./network.ts";
import { Rpc } from "./rpc.ts";

export interface NodeHash {
  readonly moniker: string;
  readonly height: number;
  readonly appHash: string;
}

/**
 * A full node without models joins late and syncs blocks; then its application state is thrown away and it replays
 * from genesis. Every node must have the same application hash both times; returns the second.
 */
export async function agree(demo: Demo): Promise<NodeHash[]> {
  const full = demo.manifest.nodes.find(({ validator }) => !validator);
  if (!full) throw new Error("the network has no full node");
  await restartLost(demo);
  const service = startNode(demo, full);
  const { height: head } = await demo.rpc.status();
  await reaches(demo, new Rpc(full.rpc), head);
  await sameHash(demo, head);
  demo.progress.note(`   ${full.moniker} joined late and synced ${head} blocks: same application hash`);
  await demo.end(service);
  rmSync(join(full.home, "data", "app"), { recursive: true });
  startNode(demo, full);
  const { height: later } = await demo.rpc.status();
  await reaches(demo, new Rpc(full.rpc), later);
  const hashes = await sameHash(demo, later);
  demo.progress.note(`   ${full.moniker} replayed ${later} blocks from genesis: same application hash`);
  return hashes;
}

/** Validators that ended on the way catch up; somebody may have started them again already. */
async function restartLost(demo: Demo): Promise<void> {
  demo.checkServices();
  for (const node of demo.manifest.nodes) {
    if (!demo.lost.has(node.moniker)) continue;
    const runs = await new Rpc(node.rpc).status().then(
      () => true,
      () => false,
    );
    if (runs) continue;
    startNode(demo, node);
    demo.progress.note(`   ${node.moniker} is started again, and catches up`);
  }
}

async function sameHash(demo: Demo, height: number): Promise<NodeHash[]> {
  const hashes = await Promise.all(
    demo.manifest.nodes.map(async ({ moniker, rpc }) => {
      await reaches(demo, new Rpc(rpc), height);
      return { moniker, height, appHash: await new Rpc(rpc).appHash(height) };
    }),
  );
  const different = new Set(hashes.map(({ appHash }) => appHash));
  if (different.size === 1) return hashes;
  const list = hashes.map(({ moniker, appHash }) => `${moniker} ${appHash}`).join(", ");
  throw new Error(`application hashes differ at height ${height}: ${list}`);
}
