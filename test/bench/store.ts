import { MultiStore } from "../../chain/store/multistore.ts";
import { proveKey, verifyQueryProof } from "../../chain/store/proofs.ts";

export interface StoreBenchOptions {
  /** Keys in the store before the measurement (default 100,000). */
  readonly keys?: number;
  /** Measured blocks (default 20). */
  readonly blocks?: number;
  /** Keys updated in each block (default 2,000). */
  readonly updatesPerBlock?: number;
}

const VALUE_BYTES = 64;

/** 20 bytes that look like an address, from a counter. */
function keyOf(index: number): Uint8Array {
  const key = new Uint8Array(21);
  const view = new DataView(key.buffer);
  for (let i = 0; i < 5; i++) view.setUint32(1 + 4 * i, Math.imul(index + 1, 2_654_435_761) ^ (i * 0x9e37_79b9));
  return key;
}

/** Leaf updates a second through branch, tree, hash and changeset, and proofs a second, at a given number of keys. */
export async function run(options: StoreBenchOptions = {}): Promise<object> {
  const { keys = 100_000, blocks = 20, updatesPerBlock = 2_000 } = options;
  const stores = new MultiStore({ names: ["bench"] });
  const write = (count: number, indexOf: (i: number) => number, fill: number) => {
    const block = stores.branch();
    const store = block.store("bench");
    for (let i = 0; i < count; i++) store.set(keyOf(indexOf(i)), new Uint8Array(VALUE_BYTES).fill(fill));
    stores.finalize(block);
    return stores.commit();
  };
  const loadStart = performance.now();
  write(keys, (i) => i, 0);
  const loadMs = performance.now() - loadStart;
  const blockMs: number[] = [];
  for (let b = 1; b <= blocks; b++) {
    const start = performance.now();
    write(updatesPerBlock, (i) => (Math.imul(b * updatesPerBlock + i, 40_503) >>> 0) % keys, b);
    blockMs.push(performance.now() - start);
  }
  const updateMs = blockMs.reduce((sum, ms) => sum + ms, 0);
  const proofs = 1_000;
  const proofStart = performance.now();
  for (let i = 0; i < proofs; i++) proveKey(stores, { store: "bench", key: keyOf(i) });
  const proofMs = performance.now() - proofStart;
  const { value, ops } = proveKey(stores, { store: "bench", key: keyOf(1) });
  verifyQueryProof(stores.appHash, { store: "bench", key: keyOf(1), value }, ops);
  return {
    keys,
    updatesPerBlock,
    insertsPerSecond: Math.round((keys / loadMs) * 1_000),
    leafUpdatesPerSecond: Math.round(((blocks * updatesPerBlock) / updateMs) * 1_000),
    blockMedianMs: blockMs.sort((a, b) => a - b)[Math.floor(blocks / 2)],
    proofsPerSecond: Math.round((proofs / proofMs) * 1_000),
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}
