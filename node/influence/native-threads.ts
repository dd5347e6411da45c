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

/** Longest wait at the end of a process for the calls that its threads are in. */
const EXIT_WAIT_MS = 20_000;

/** Of this thread and of those that it is a thread of; none in the main thread. */
const own = gatesHere();
/** Of the threads that run. */
const gates = new Map<Worker, Int32Array>();
let isExiting = false;

/** A thread that may call ONNX Runtime, itself or by its own threads. */
export function spawnThread(file: URL, options?: WorkerOptions): Worker {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  gate[CLOSED] = isExiting ? 1 : 0;
  setEnvironmentData(KEY, [...own, gate] as unknown as string[]);
  try {
    const worker = new Worker(file, options);
    gates.set(worker, gate);
    worker.once("exit", () => gates.delete(worker));
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

/**
 * Before `process.exit`, which ends all threads wherever they are: waits for the calls that they are in, and lets them make no
 * further ones. A call that takes too long does not hold the process back.
 */
export async function closeGates(): Promise<void> {
  isExiting = true;
  const all = [...gates.values()];
  for (const gate of all) Atomics.store(gate, CLOSED, 1);
  const end = performance.now() + EXIT_WAIT_MS;
  while (all.some((gate) => Atomics.load(gate, INSIDE) > 0) && performance.now() < end) await sleep(POLL_MS);
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
