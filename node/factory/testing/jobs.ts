import { sha256 } from "../../../chain/crypto/hash.ts";
import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { builtInEncoder } from "../../influence/encoders/index.ts";
import { double, encodeGraph, GraphBuilder } from "../../influence/graph/index.ts";
import { dataFields, type JobData, type JobRow, type SourceRows } from "../job/data.ts";
import { DataForm, type JobManifest, Method, OptimiserKind, toReal } from "../job/manifest.ts";
import { jobSeed, words } from "../job/order.ts";

// Small jobs whose every figure is known: texts about two things, and a network of one hidden layer.

const encoder = builtInEncoder("hashed-ngram-512");
export const LABELS: readonly string[] = ["fruit", "tool"];
const NOUNS = [
  ["apple", "pear", "plum", "grape", "melon"],
  ["hammer", "saw", "drill", "wrench", "chisel"],
];

export function sourceRows(snapshot: string, count: number): SourceRows {
  const rows = Array.from({ length: count }, (_, i): JobRow => {
    const kind = i % 2;
    const text = `${snapshot} wants the ${NOUNS[kind]![(i >> 1) % 5]} number ${i}`;
    return {
      itemId: sha256(utf8Bytes(`${snapshot}/${i}`)),
      text,
      label: LABELS[kind]!,
      contributor: utf8Bytes(`${snapshot} ${i % 7}`),
    };
  });
  rows.sort((a, b) => Buffer.compare(a.itemId, b.itemId));
  return { snapshot, root: merkleRoot(rows.map(({ itemId }) => itemId)), rows };
}

export const SEED: Uint8Array = sha256(utf8Bytes("a seed for tests"));

const NONE = { rate: 0n, beta1: 0n, beta2: 0n, epsilon: 0n, weightDecay: 0n, clip: 0n, warmup: 0, decays: false };
const NO_HEAD = { lambda: 0n, tolerance: 0n, foldTolerance: 0n, maxIterations: 0 };

const SHARED = {
  algorithm: "factory-1",
  labels: LABELS,
  form: DataForm.DATA_FORM_FEATURES,
  context: 0,
  seed: SEED,
  gridBits: 24,
};

const base = (graphHash: Uint8Array) => ({
  encoder: encoder.id,
  encoderHash: encoder.specHash,
  graphHash,
  tokenizerHash: new Uint8Array(0),
});

export function headJob(sources: readonly SourceRows[] = [sourceRows("x/1", 40)]): {
  manifest: JobManifest;
  data: JobData;
} {
  const manifest: JobManifest = {
    ...SHARED,
    ...dataFields(sources, SEED, 10),
    method: Method.METHOD_HEAD,
    base: base(new Uint8Array(0)),
    optimiser: {
      ...NONE,
      kind: OptimiserKind.OPTIMISER_LBFGS,
      ...{ lambda: toReal(0.005), tolerance: toReal(1e-4), foldTolerance: toReal(1e-2), maxIterations: 1000 },
    },
    lora: undefined,
    targets: [],
    ...{ batch: 0, microBatch: 0, epochs: 0, checkpointEvery: 4, folds: 5 },
  };
  return { manifest, data: { sources, encoder } };
}

const HIDDEN = 6;

/** features -> tanh layer -> logits -> cross-entropy of each sample. */
export function networkBytes(): Uint8Array {
  const b = new GraphBuilder("network");
  b.input("features", "double", ["batch", 512]);
  b.input("labels", "int64", ["batch"]);
  const drawn = words(jobSeed(SEED, "network"));
  const weight = (name: string, dims: number[]) => {
    const values = Array.from({ length: dims[0]! * dims[1]! }, () => (drawn.next().value / 2 ** 32 - 0.5) / 4);
    b.initializer(name, double(values, dims));
  };
  weight("hidden.weight", [512, HIDDEN]);
  weight("head.weight", [HIDDEN, 2]);
  const hidden = b.node("Tanh", [b.node("MatMul", ["features", "hidden.weight"])]);
  b.call("MatMul", [hidden, "head.weight"], {}, ["logits"]);
  const log = b.node("LogSoftmax", ["logits"], { axis: -1 });
  const own = b.node("GatherElements", [log, b.node("Unsqueeze", ["labels", b.ints([1])])], { axis: 1 });
  b.call("Neg", [b.node("Squeeze", [own, b.ints([1])])], {}, ["loss"]);
  return encodeGraph(b.build(["loss", "logits"]));
}

type GraphJobOptions = Partial<Pick<JobManifest, "epochs" | "batch" | "microBatch" | "checkpointEvery">> & {
  readonly kind?: OptimiserKind;
  readonly sources?: readonly SourceRows[];
};

/** A job over the network: its hidden layer by LORA, or all of it. */
export function graphJob(
  method: "lora" | "full",
  options: GraphJobOptions = {},
): { manifest: JobManifest; data: JobData } {
  const { kind = OptimiserKind.OPTIMISER_ADAM, sources = [sourceRows("x/1", 40)], ...sizes } = options;
  const graph = networkBytes();
  const isAdam = kind !== OptimiserKind.OPTIMISER_SGD;
  const manifest: JobManifest = {
    ...SHARED,
    ...dataFields(sources, SEED, 5),
    method: method === "lora" ? Method.METHOD_LORA : Method.METHOD_FULL,
    base: base(sha256(graph)),
    optimiser: {
      ...NONE,
      ...NO_HEAD,
      kind,
      rate: toReal(isAdam ? 0.02 : 0.5),
      beta1: toReal(0.9),
      beta2: toReal(isAdam ? 0.999 : 0),
      epsilon: toReal(isAdam ? 1e-8 : 0),
      warmup: 2,
      decays: true,
    },
    lora: method === "lora" ? { rank: 2, alpha: toReal(4) } : undefined,
    targets: method === "lora" ? ["hidden"] : ["hidden.weight", "head.weight"],
    ...{ batch: 8, microBatch: 4, epochs: 3, checkpointEvery: 5, folds: 0 },
    ...sizes,
  };
  return { manifest, data: { sources, graph, encoder } };
}
