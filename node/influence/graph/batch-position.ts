import { divideDims, mentions, multiplyDims, productOfDims } from "./dims.ts";
import type { Values } from "./shapes.ts";
import type { Dim, GraphNode } from "./types.ts";

/** Where a value has the batch: an axis of before x batch x after elements; 1 and 1 where nothing was merged into it. */
export interface Position {
  readonly axis: number;
  readonly before: Dim;
  readonly after: Dim;
}

function reshaped(from: readonly Dim[], at: Position, to: readonly Dim[], batch: string): Position | undefined {
  const ahead = multiplyDims(productOfDims(from.slice(0, at.axis)), at.before);
  for (let axis = 0; axis < to.length; axis++) {
    if (!mentions(to[axis]!, batch)) continue;
    const before = divideDims(ahead, productOfDims(to.slice(0, axis)));
    const inner = before === undefined ? undefined : divideDims(to[axis]!, before);
    const after = inner === undefined ? undefined : divideDims(inner, batch);
    return before === undefined || after === undefined ? undefined : { axis, before, after };
  }
  return undefined;
}

/** Follows the batch through a graph. Undefined: the value has no batch, or nobody can say where in an axis it is. */
export class Positions {
  private readonly values: Values;
  private readonly batch: string;
  private readonly found = new Map<string, Position>();

  constructor(values: Values, batch: string) {
    this.values = values;
    this.batch = batch;
  }

  /** Whether the value may have the batch: by name, or in a size that only a run can tell ("?..."). */
  native(name: string): boolean {
    const dims = this.values.get(name)?.dims ?? [];
    return dims.some((d) => mentions(d, this.batch) || (typeof d === "string" && d.includes("?")));
  }

  of(name: string): Position | undefined {
    const known = this.found.get(name);
    if (known) return known;
    const axis = this.values.get(name)?.dims.indexOf(this.batch) ?? -1;
    return axis < 0 ? undefined : { axis, before: 1, after: 1 };
  }

  /** Remembers where the outputs of a node have a batch that is merged with other dimensions. */
  follow(node: GraphNode): void {
    for (const output of node.outputs) {
      if (output === "" || !this.native(output) || this.of(output)) continue;
      const position = this.merged(node, this.values.get(output)!.dims);
      if (position) this.found.set(output, position);
    }
  }

  private merged(node: GraphNode, dims: readonly Dim[]): Position | undefined {
    for (const input of node.inputs) {
      const at = this.of(input);
      if (!at) continue;
      const from = this.values.get(input)!.dims;
      if (["Reshape", "Flatten"].includes(node.op)) return reshaped(from, at, dims, this.batch);
      const axis = dims.indexOf(from[at.axis]!);
      if (axis >= 0) return { ...at, axis };
    }
    return undefined;
  }
}
