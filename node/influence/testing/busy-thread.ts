import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { double, GraphBuilder, openGraph } from "../graph/index.ts";
import { spawnThread } from "../native-threads.ts";

// Multiplies matrices in ONNX Runtime for ever: itself, or in threads of threads.

const SIDE = 300;
const { depth } = workerData as { readonly depth: number };

async function multiply(): Promise<void> {
  const builder = new GraphBuilder("busy");
  builder.input("x", "double", [SIDE, SIDE]);
  builder.call("MatMul", ["x", builder.node("MatMul", ["x", "x"])], {}, ["y"]);
  const session = await openGraph(builder.build(["y"]));
  const x = double(new Float64Array(SIDE * SIDE), [SIDE, SIDE]);
  parentPort?.postMessage("busy");
  for (;;) await session.run({ x });
}

async function wait(): Promise<void> {
  const thread = spawnThread(new URL(import.meta.url), { workerData: { depth: depth - 1 } });
  await once(thread, "message");
  parentPort?.postMessage("busy");
}

void (depth > 0 ? wait() : multiply());
