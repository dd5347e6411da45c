import { readFileSync } from "node:fs";
import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { END_ID, trainBpe } from "../../node/factory/decoder/bpe.ts";
import type { DecoderConfig } from "../../node/factory/decoder/config.ts";
import { decoderGraph } from "../../node/factory/decoder/graph.ts";
import { initialWeights, withWeights } from "../../node/factory/decoder/weights.ts";
import { DataForm, JobFolder, type JobRow, trainedGraph } from "../../node/factory/job/index.ts";
import {
  encodeGraph,
  type Graph,
  injectLora,
  linearLayers,
  loadGraph,
  sizeOf,
  toFloat64,
} from "../../node/influence/graph/index.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { openFolder } from "./factory-folder.ts";
import type { Progress } from "./progress.ts";

/** Which graph a LoRA or full job trains, and what of it. */
export interface GraphChoice {
  readonly method: "head" | "lora" | "full";
  /** ONNX file with an output loss. */
  readonly graph?: string;
  readonly tokenizer?: string;
  readonly form?: "features" | "language" | "sequence";
  readonly context?: number;
  /** layers,width,heads of a decoder to make. */
  readonly decoder?: string;
  readonly vocab: number;
  /** Folder of a finished job whose weights are the start. */
  readonly fromJob?: string;
  /** Names by commas, or /regular expression/. */
  readonly targets?: string;
  readonly rank: number;
  readonly alpha?: number;
  readonly seed?: string;
}

export interface GraphBase {
  readonly graph: Uint8Array;
  readonly tokenizer: Uint8Array | undefined;
  readonly form: DataForm;
  readonly context: number;
  readonly targets: readonly string[];
  /** Numbers that are trained. */
  readonly weights: number;
}

type BareBase = Omit<GraphBase, "targets" | "weights">;

const FORMS = {
  features: DataForm.DATA_FORM_FEATURES,
  language: DataForm.DATA_FORM_LANGUAGE,
  sequence: DataForm.DATA_FORM_SEQUENCE,
} as const;

/** The graph of a job with the names of what is trained. Throws CliError `usage`, GraphError, DecoderError. */
export function graphBase(
  choice: GraphChoice,
  rows: readonly JobRow[],
  labels: readonly string[],
  progress: Progress,
): GraphBase {
  const given = [choice.graph, choice.decoder, choice.fromJob].filter((value) => value !== undefined);
  if (given.length !== 1) throw usageError("give one of --graph, --decoder and --from-job");
  const bare = bareBase(choice, rows, progress);
  if (bare.form !== DataForm.DATA_FORM_LANGUAGE && labels.length < 2) {
    throw usageError("the rows have fewer than two labels", "name their column with --label-column");
  }
  const graph = toFloat64(loadGraph(bare.graph));
  const targets = targetsOf(choice, graph);
  return { ...bare, targets, weights: weightsOf(choice, graph, targets) };
}

function bareBase(choice: GraphChoice, rows: readonly JobRow[], progress: Progress): BareBase {
  if (choice.decoder !== undefined) return newDecoder(choice, rows, progress);
  if (choice.fromJob !== undefined) return ofJob(choice.fromJob);
  const form = FORMS[choice.form ?? "features"];
  const isTokens = form !== DataForm.DATA_FORM_FEATURES;
  if (isTokens && (choice.tokenizer === undefined || choice.context === undefined)) {
    throw usageError(`--form ${choice.form} needs --tokenizer and --context`);
  }
  return {
    graph: read(choice.graph ?? ""),
    tokenizer: isTokens ? read(choice.tokenizer ?? "") : undefined,
    form,
    context: isTokens ? (choice.context ?? 0) : 0,
  };
}

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw usageError(`${path} cannot be read: ${(cause as Error).message}`, "give the path of a file");
  }
}

function newDecoder(choice: GraphChoice, rows: readonly JobRow[], progress: Progress): BareBase {
  const parts = (choice.decoder ?? "").split(",").map(Number);
  const [layers, width, heads] = parts;
  if (parts.length !== 3 || !parts.every(Number.isInteger)) {
    throw usageError(`--decoder ${choice.decoder} is not layers,width,heads`, "for example --decoder 2,64,4");
  }
  progress.note("learning a vocabulary");
  const tokenizer = trainBpe(
    rows.map(({ text }) => text),
    { vocab: choice.vocab },
  );
  const vocab = Object.keys(tokenizer.model.vocab).length;
  const config: DecoderConfig = { layers: layers!, width: width!, heads: heads!, context: choice.context ?? 64, vocab };
  const seed = sha256(utf8Bytes(`openledger/decoder ${choice.seed ?? ""} ${END_ID}`));
  const graph = withWeights(decoderGraph(config, "loss"), config, initialWeights(config, seed));
  return {
    graph: encodeGraph(graph),
    tokenizer: utf8Bytes(JSON.stringify(tokenizer)),
    form: DataForm.DATA_FORM_LANGUAGE,
    context: config.context,
  };
}

function ofJob(dir: string): BareBase {
  const { folder, manifest } = openFolder(dir);
  const weights = folder.weights();
  const graph = folder.read("graph");
  if (!weights || !graph) throw new CliError(EXIT.notFound, `${dir} holds no finished job on a graph`);
  return {
    graph: encodeGraph(trainedGraph(manifest, graph, weights)),
    tokenizer: new JobFolder(dir).read("tokenizer"),
    form: manifest.form,
    context: manifest.context,
  };
}

/** Names of weights are constants that somebody named: builders call the others "constant...". */
const UNNAMED = /^(constant|Constant|\/|onnx::)/;

function targetsOf({ method, targets }: GraphChoice, graph: Graph): string[] {
  const known = method === "lora" ? linearLayers(graph).map(({ name }) => name) : weightNames(graph);
  if (targets === undefined) return method === "lora" ? known : known.filter((name) => !UNNAMED.test(name));
  const pattern = /^\/(.+)\/$/.exec(targets)?.[1];
  const chosen =
    pattern === undefined
      ? targets.split(",").filter((name) => name !== "")
      : known.filter((n) => new RegExp(pattern).test(n));
  const missing = chosen.find((name) => !known.includes(name));
  if (missing !== undefined || chosen.length === 0) {
    throw usageError(`--targets ${missing ?? targets} names nothing to train`, `there are: ${known.join(", ")}`);
  }
  return chosen;
}

function weightNames(graph: Graph): string[] {
  return [...graph.initializers].filter(([, { dtype }]) => dtype === "double").map(([name]) => name);
}

function weightsOf({ method, rank }: GraphChoice, graph: Graph, targets: readonly string[]): number {
  if (method === "lora") {
    const { parameters } = injectLora(graph, { targets, rank, alpha: rank });
    return parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  }
  return targets.reduce((sum, name) => sum + sizeOf(graph.initializers.get(name)?.dims ?? []), 0);
}
