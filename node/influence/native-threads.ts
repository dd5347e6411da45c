import { setTimeout as sleep } from "node:timers/promises";
import { getEnvironmentData, setEnvironmentData, Worker, type WorkerOptions } from "node:worker_threads";

// ONNX Runtime's binding takes the whole process down ("terminate called after throwing an instance of 'Napi::Error'") when
// its thread is terminated inside one of its calls. A thread that may make such calls therefore has a gate: whoever ends the
// thread closes the gate, waits until nobody is inside, and only then terminates it. Threads of threads pass the gates of all
// those above them, since they end together.

/** Words of a gate. */
const CLOSED = 0;
const INSIDE = 1;

const KEY = "openledger/native-gates";
const POLL_MS = 2;

const gatesHere = (): readonly Int32Array[] => (getEnvironmentData(KEY) as unknown as Int32Array[] | undefined) ?? [];

/** Of this thread and of those that it is a thread of; none in the main thread. */
const own = gatesHere();
const gates = new WeakMap<Worker, Int32Array>();

/** A thread that may call ONNX Runtime, itself or by its own threads. */
export function spawnThread(file: URL, options?: WorkerOptions): Worker {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  setEnvironmentData(KEY, [...own, gate] as unknown as string[]);
  try {
    const worker = new Worker(file, options);
    gates.set(worker, gate);
    return worker;
  } finally {
    setEnvironmentData(KEY, own as unknown as string[]);
  }
}

/** Ends a thread after the calls of ONNX Runtime that it is in: they cannot be stopped, and it makes no further ones. */
export async function endThread(worker: Worker): Promise<void> {
  const gate = gates.get(worker);
  let hasEnded = worker.threadId < 0;
  worker.once("exit", () => {
    hasEnded = true;
  });
  if (gate) Atomics.store(gate, CLOSED, 1);
  while (gate && !hasEnded && Atomics.load(gate, INSIDE) > 0) await sleep(POLL_MS);
  await worker.terminate();
}

/** Every call into ONNX Runtime. In a thread that is being ended it is not made, and never returns. */
export async function nativeCall<T>(call: () => Promise<T>): Promise<T> {
  if (own.length === 0) return call();
  for (const gate of own) Atomics.add(gate, INSIDE, 1);
  const isEnding = own.some((gate) => Atomics.load(gate, CLOSED) === 1);
  try {
    if (!isEnding) return await call();
  } finally {
    for (const gate of own) Atomics.sub(gate, INSIDE, 1);
  }
  return new Promise<never>(() => undefined);
}
