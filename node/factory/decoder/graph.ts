import { GraphBuilder } from "../../influence/graph/index.ts";
import type { Graph } from "../../influence/graph/types.ts";
import { type DecoderConfig, decoderParameters, sizeOfParameter } from "./config.ts";

/** Under the variance of a norm: exact in binary, near the usual 1e-5. */
const EPSILON = 2 ** -17;
/** sqrt(2 / pi) and 0.044715 of the tanh form of GELU. */
const GELU_SCALE = 0.7978845608028654;
const GELU_CUBE = 0.044715;
/** Added to the score of a later token: its softmax is exactly 0 in float64. */
const NEVER = -1e30;

/** Writes blocks of a decoder. Composed of plain arithmetic, so that the exact reference has one reading of them. */
class DecoderWriter {
  readonly b: GraphBuilder;
  readonly #config: DecoderConfig;

  constructor(b: GraphBuilder, config: DecoderConfig) {
    this.b = b;
    this.#config = config;
  }

  linear(name: string, value: string): string {
    return this.b.node("Add", [this.b.node("MatMul", [value, `${name}.weight`]), `${name}.bias`]);
  }

  norm(name: string, value: string): string {
    const { b } = this;
    const mean = (of: string) => b.node("ReduceMean", [of, b.ints([-1])], { keepdims: 1 });
    const centred = b.node("Sub", [value, mean(value)]);
    const variance = mean(b.node("Mul", [centred, centred]));
    const deviation = b.node("Sqrt", [b.node("Add", [variance, b.scalar(EPSILON)])]);
    const scaled = b.node("Mul", [b.node("Div", [centred, deviation]), `${name}.gain`]);
    return b.node("Add", [scaled, `${name}.bias`]);
  }

  gelu(value: string): string {
    const { b } = this;
    const cube = b.node("Mul", [b.node("Mul", [value, value]), value]);
    const inner = b.node("Add", [value, b.node("Mul", [cube, b.scalar(GELU_CUBE)])]);
    const tanh = b.node("Tanh", [b.node("Mul", [inner, b.scalar(GELU_SCALE)])]);
    const half = b.node("Mul", [value, b.scalar(0.5)]);
    return b.node("Mul", [half, b.node("Add", [tanh, b.scalar(1)])]);
  }

  /** [batch, sequence, width] -> [batch, heads, sequence, width / heads], or its last two turned over. */
  #heads(value: string, order: readonly number[]): string {
    const { heads, width } = this.#config;
    const split = this.b.node("Reshape", [value, this.b.ints([0, 0, heads, width / heads])]);
    return this.b.node("Transpose", [split], { perm: order });
  }

  attention(at: string, value: string, later: string): string {
    const { b } = this;
    const { heads, width } = this.#config;
    const part = (name: string) => this.linear(`${at}.${name}`, value);
    const query = this.#heads(part("query"), [0, 2, 1, 3]);
    const key = this.#heads(part("key"), [0, 2, 3, 1]);
    const scores = b.node("Mul", [b.node("MatMul", [query, key]), b.scalar(1 / Math.sqrt(width / heads))]);
    const weights = b.node("Softmax", [b.node("Add", [scores, later])], { axis: -1 });
    const mixed = b.node("MatMul", [weights, this.#heads(part("value"), [0, 2, 1, 3])]);
    const together = b.node("Transpose", [mixed], { perm: [0, 2, 1, 3] });
    return this.linear(`${at}.output`, b.node("Reshape", [together, b.ints([0, 0, width])]));
  }

  block(at: string, value: string, later: string): string {
    const { b } = this;
    const attended = b.node("Add", [value, this.attention(`${at}.attention`, this.norm(`${at}.norm1`, value), later)]);
    const up = this.gelu(this.linear(`${at}.mlp.up`, this.norm(`${at}.norm2`, attended)));
    return b.node("Add", [attended, this.linear(`${at}.mlp.down`, up)]);
  }
}

/** 0 where a position may look, NEVER at later ones: [sequence, sequence]. */
function laterMask(b: GraphBuilder, positions: string): string {
  const rows = b.node("Unsqueeze", [positions, b.ints([1])]);
  const columns = b.node("Unsqueeze", [positions, b.ints([0])]);
  return b.node("Where", [b.node("Greater", [columns, rows]), b.scalar(NEVER), b.scalar(0)]);
}

/** loss [batch]: mean over the masked tokens of -log p(target). A sample without any is 0. */
function lossHead(b: GraphBuilder, logits: string): string {
  const targets = b.input("targets", "int64", ["batch", "sequence"]);
  const mask = b.input("mask", "double", ["batch", "sequence"]);
  const axis = b.ints([-1]);
  const log = b.node("LogSoftmax", [logits], { axis: -1 });
  const picked = b.node("GatherElements", [log, b.node("Unsqueeze", [targets, axis])], { axis: -1 });
  const masked = b.node("Mul", [b.node("Squeeze", [picked, axis]), mask]);
  const sum = (value: string) => b.node("ReduceSum", [value, axis], { keepdims: 0 });
  const tokens = b.node("Max", [sum(mask), b.scalar(1)]);
  b.call("Neg", [b.node("Div", [sum(masked), tokens])], {}, ["loss"]);
  return "loss";
}

/**
 * A decoder-only transformer: pre-norm blocks, causal attention, tanh-GELU, learned positions. Input tokens int64 [batch,
 * sequence], output logits [batch, sequence, vocab]; with the loss head also inputs targets int64 and mask double [batch,
 * sequence] and the output loss [batch]. Every weight of decoderParameters is a constant, zero until `withWeights`.
 * Throws DecoderError bad-config.
 */
export function decoderGraph(config: DecoderConfig, head: "logits" | "loss" = "logits"): Graph {
  const b = new GraphBuilder("decoder");
  const write = new DecoderWriter(b, config);
  const tokens = b.input("tokens", "int64", ["batch", "sequence"]);
  for (const parameter of decoderParameters(config)) {
    const data = new Float64Array(sizeOfParameter(parameter));
    b.initializer(parameter.name, { dtype: "double", dims: parameter.dims, data });
  }
  const length = b.node("Squeeze", [b.node("Shape", [tokens], { start: 1, end: 2 }), b.ints([0])]);
  const positions = b.node("Range", [b.scalar(0, "int64"), length, b.scalar(1, "int64")]);
  const later = laterMask(b, positions);
  const places = b.node("Gather", ["positions.table", positions], { axis: 0 });
  let value = b.node("Add", [b.node("Gather", ["tokens.table", tokens], { axis: 0 }), places]);
  for (let i = 0; i < config.layers; i++) value = write.block(`blocks.${i}`, value, later);
  b.call("MatMul", [write.norm("norm", value), "head.weight"], {}, ["logits"]);
  return b.build(head === "loss" ? [lossHead(b, "logits"), "logits"] : ["logits"]);
}
