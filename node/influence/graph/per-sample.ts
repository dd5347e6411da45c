import type { Graph } from "./types.ts";
export function perSample(graph: Graph, _parameters: readonly string[], _batchDim: string): Graph {
  return graph;
}
