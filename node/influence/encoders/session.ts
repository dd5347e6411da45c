import { type GraphSession, openGraph } from "../graph/index.ts";
import type { DType, Feeds, Graph, Tensor } from "../graph/types.ts";
import type { Provider } from "../session.ts";
import { EncoderError } from "./errors.ts";
import { pool } from "./features.ts";
import type { EncoderShape, TextInput } from "./inspect.ts";

/** Raw sentence vectors of token ids. Blocks its thread while it runs. */
export interface EncoderSession {
  readonly provider: Provider;
  /** Ids of texts of one length; a vector each. Throws EncoderError: bad-output; what ONNX Runtime throws. */
  vectors(texts: readonly (readonly number[])[]): Promise<Float64Array[]>;
  release(): Promise<void>;
}

function integers(dtype: DType, dims: readonly number[], values: readonly number[]): Tensor {
  const data = dtype === "int64" ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
  return { dtype, dims, data };
}

/** Only a graph of fixed length is padded, and then always to that length; others get texts of one length together. */
function feedsOf(shape: EncoderShape, texts: readonly (readonly number[])[], padId: number): Feeds {
  const tokens = texts[0]!.length;
  const length = shape.sequence ?? tokens;
  const padding = new Array<number>(length - tokens);
  const rows: Record<TextInput, (ids: readonly number[]) => number[]> = {
    input_ids: (ids) => [...ids, ...padding.fill(padId)],
    attention_mask: (ids) => [...ids.map(() => 1), ...padding.fill(0)],
    token_type_ids: (ids) => [...ids.map(() => 0), ...padding.fill(0)],
  };
  const feeds: Record<string, Tensor> = {};
  for (const { name, dtype } of shape.inputs) {
    feeds[name] = integers(dtype, [texts.length, length], texts.flatMap(rows[name]));
  }
  return feeds;
}

function split(output: Tensor, shape: EncoderShape, tokens: number): Float64Array[] {
  const { dims, data } = output;
  const width = dims.at(-1) ?? 0;
  const rank = shape.pooling === "none" ? 2 : 3;
  if (dims.length !== rank || width < 1 || (rank === 3 && dims[1]! < tokens)) {
    const next = "choose another --graph-output or --pooling";
    throw new EncoderError("bad-output", `the output ${shape.output} came out as [${dims.join(", ")}]`, next);
  }
  const each = data.length / dims[0]!;
  return Array.from({ length: dims[0]! }, (_, i) => {
    const one = (data as Float64Array).slice(i * each, (i + 1) * each);
    return shape.pooling === "none" ? one : pool(one, tokens, width, shape.pooling);
  });
}

/** `graph` in float64 already. */
export async function openEncoderSession(
  graph: Graph,
  shape: EncoderShape,
  options: { readonly padId: number; readonly provider?: Provider },
): Promise<EncoderSession> {
  const session: GraphSession = await openGraph(graph, options.provider);
  return {
    provider: session.provider,
    async vectors(texts) {
      const groups = shape.single ? texts.map((text) => [text]) : [texts];
      const found: Float64Array[] = [];
      for (const group of groups) {
        const outputs = await session.run(feedsOf(shape, group, options.padId), [shape.output]);
        found.push(...split(outputs[shape.output]!, shape, group[0]!.length));
      }
      return found;
    },
    release: () => session.release(),
  };
}
