import { parentPort, workerData } from "node:worker_threads";
import { type Feeds, type Graph, type GraphSession, openGraph, type Parameter } from "../../influence/graph/index.ts";
import { type MicroResult, microResult, parameterFeeds, wantedOutputs } from "./gradients.ts";

export interface GradientWorkerData {
  readonly forward: Graph;
  readonly backward: Graph;
  readonly parameters: readonly Parameter[];
  /** Float64 weights that the main thread writes before it sends orders. */
  readonly weights: SharedArrayBuffer;
}

export interface GradientOrder {
  readonly id: number;
  readonly isBackward: boolean;
  readonly feeds: Feeds;
}

export type GradientReply =
  | { readonly id: number; readonly result: MicroResult }
  | { readonly id: number; readonly failure: string };

const { forward, backward, parameters, weights } = workerData as GradientWorkerData;
const shared = new Float64Array(weights);
const sessions = new Map<boolean, Promise<GraphSession>>();

function sessionOf(isBackward: boolean): Promise<GraphSession> {
  const known = sessions.get(isBackward);
  if (known) return known;
  const opened = openGraph(isBackward ? backward : forward);
  sessions.set(isBackward, opened);
  return opened;
}

async function answer({ id, isBackward, feeds }: GradientOrder): Promise<void> {
  try {
    const session = await sessionOf(isBackward);
    const wanted = wantedOutputs(isBackward ? backward : forward, parameters, isBackward);
    const outputs = await session.run({ ...feeds, ...parameterFeeds(parameters, shared) }, wanted);
    const result = microResult(outputs, parameters);
    const reply: GradientReply = { id, result };
    parentPort?.postMessage(reply, [result.gradient.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: GradientReply = { id, failure: (error as Error).message };
    parentPort?.postMessage(reply);
  }
}

parentPort?.on("message", (order: GradientOrder) => void answer(order));
