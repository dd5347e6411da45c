import { parentPort, workerData } from "node:worker_threads";
import { gemmOver } from "../influence/kernel/gemm.ts";
import type { KernelMemory } from "../influence/kernel/wasm.ts";
import { OPERATIONS, type OperationName, type Workbench } from "./operations.ts";

const { memory, id } = workerData as { memory: KernelMemory; id: number };
const bench: Workbench = {
  id,
  tiles: gemmOver(memory),
  doubles: new Float64Array(memory.buffer),
  ints: new Int32Array(memory.buffer),
};

interface Order {
  readonly operation: OperationName;
  readonly layout: object;
  readonly tasks: number;
}

parentPort?.on("message", ({ operation, layout, tasks }: Order) => {
  try {
    const perform = OPERATIONS[operation] as (bench: Workbench, layout: object, task: number) => void;
    for (let task = Atomics.add(bench.ints, 0, 1); task < tasks; task = Atomics.add(bench.ints, 0, 1)) {
      perform(bench, layout, task);
    }
    parentPort?.postMessage(null);
  } catch (error) {
    parentPort?.postMessage(error instanceof Error ? error.message : String(error));
  }
});
