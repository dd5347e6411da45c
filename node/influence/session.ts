import { answerOf } from "./answer.ts";
import { nativeCall } from "./native-threads.ts";
import { FEATURES, headGraph, PROBABILITIES } from "./onnx.ts";
import { createSession, type Provider } from "./ort.ts";
import type { Answer } from "./types.ts";

export type { Provider };

/** The forward pass of one head in ONNX Runtime, float64. */
export interface HeadSession {
  readonly provider: Provider;
  answer(features: Float64Array): Promise<Answer>;
  release(): Promise<void>;
}

/** Opens a head (classes x dims weights). `session.run` blocks its thread: use it in a worker only. */
export async function openSession(weights: Float64Array, dims: number, wanted: Provider): Promise<HeadSession> {
  const { ort, session, provider } = await createSession(headGraph(weights, dims), wanted);
  return {
    provider,
    async answer(features) {
      const inputs = { [FEATURES]: new ort.Tensor("float64", features.slice(), [1, dims]) };
      const output = await nativeCall(() => session.run(inputs));
      return answerOf(output[PROBABILITIES]!.data as Float64Array);
    },
    release: () => nativeCall(() => session.release()),
  };
}
