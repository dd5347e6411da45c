/** Why a graph was refused. */
export type GraphErrorCode =
  /** The bytes are no ONNX model, or the graph breaks a rule of the format. */
  | "malformed"
  /** A limit of limits.ts is exceeded. */
  | "too-large"
  /** An operator, domain, attribute or control flow outside the documented set. */
  | "unsupported-operator"
  /** An element type outside the documented set. */
  | "unsupported-type"
  /** Weights live in another file. */
  | "external-data"
  /** Shapes disagree, or a symbolic dimension must be bound first. */
  | "bad-shape"
  /** A weight is NaN or infinite. */
  | "not-finite"
  /** A gradient was asked of something that has none. */
  | "not-differentiable"
  /** No value, parameter, layer or input has this name. */
  | "no-such-value";

/** An operating error of graph work: a code for programs, a sentence for people, and the node where there is one. */
export class GraphError extends Error {
  readonly code: GraphErrorCode;
  readonly node: string | undefined;
  readonly op: string | undefined;

  constructor(code: GraphErrorCode, message: string, at: { node?: string; op?: string } = {}) {
    super(message);
    this.name = "GraphError";
    this.code = code;
    this.node = at.node;
    this.op = at.op;
  }
}
