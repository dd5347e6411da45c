/** The graph form that loading, shape inference, differentiation, evaluation and encoding share. */

/** Element types of the supported operator set. */
export type DType = "float" | "double" | "int8" | "uint8" | "int32" | "int64" | "bool";

/**
 * A constant or a value. `data` by type: float and double Float64Array; int64 BigInt64Array; int32 Int32Array; int8
 * Int8Array; uint8 and bool Uint8Array. Row-major; a scalar has no dims.
 */
export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: Float64Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;
}

/** A dimension: a number, or a name that stands for one number throughout the graph ("batch", "sequence"). */
export type Dim = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
}

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor };

/** One operator call. An omitted optional input or output is the empty name. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Nodes are in topological order; every name is assigned once. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly GraphNode[];
}

/** Element type and shape of every value of a graph. */
export type Shapes = ReadonlyMap<string, { readonly dtype: DType; readonly dims: readonly Dim[] }>;

/** Values by name, as fed to and returned by an execution. */
export type Feeds = Readonly<Record<string, Tensor>>;
