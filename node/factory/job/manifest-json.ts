import { fromHex, toHex } from "../../../chain/crypto/bytes.ts";
import { JobError } from "./errors.ts";
import { checkManifest, DataForm, fromReal, type JobManifest, Method, OptimiserKind, toReal } from "./manifest.ts";

// The form of a manifest that people write and read: hashes as hex, real numbers as numbers, choices by their names.

type Names = Readonly<Record<string, number>>;

interface Kind {
  /** Of a field that is left out. */
  readonly absent: () => unknown;
  readonly read: (value: unknown, path: string) => unknown;
  readonly write: (value: never) => unknown;
}

function refuse(path: string, problem: string): never {
  throw new JobError("bad-manifest", problem, path);
}

const same = (value: never): unknown => value;

const TEXT: Kind = {
  absent: () => "",
  read: (value, path) => (typeof value === "string" ? value : refuse(path, "must be a text")),
  write: same,
};
const COUNT: Kind = {
  absent: () => 0,
  read: (value, path) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32
      ? value
      : refuse(path, "must be a whole number from 0 to 2^32 - 1"),
  write: same,
};
const FLAG: Kind = {
  absent: () => false,
  read: (value, path) => (typeof value === "boolean" ? value : refuse(path, "must be true or false")),
  write: same,
};
const BYTES: Kind = {
  absent: () => new Uint8Array(0),
  read: (value, path) => {
    if (typeof value === "string" && /^([0-9a-f]{2})*$/.test(value)) return fromHex(value);
    return refuse(path, "must be lower-case hexadecimal digits");
  },
  write: (value: Uint8Array) => toHex(value),
};
const REAL: Kind = {
  absent: () => 0n,
  read: (value, path) => {
    if (typeof value !== "number" || !(value >= 0) || value >= 8192) refuse(path, "must be a number from 0 to 8191");
    const units = toReal(value as number);
    if (units === 0n && value !== 0) refuse(path, `is ${value}, less than half of the unit 2^-40`);
    return units;
  },
  write: shortest,
};

/** The number of fewest digits that reads as the same units. */
function shortest(units: bigint): number {
  const exact = fromReal(units);
  for (let digits = 1; digits < 17; digits++) {
    const value = Number(exact.toPrecision(digits));
    if (toReal(value) === units) return value;
  }
  return exact;
}

function choice(names: Names): Kind {
  return {
    absent: () => 0,
    read: (value, path) =>
      typeof value === "string" && Object.hasOwn(names, value)
        ? names[value]
        : refuse(path, `must be one of ${Object.keys(names).join(", ")}`),
    write: (value: number) => Object.keys(names).find((name) => names[name] === value) ?? "",
  };
}

function list(kind: Kind): Kind {
  return {
    absent: () => [],
    read: (value, path) =>
      Array.isArray(value)
        ? value.map((entry, i) => kind.read(entry, `${path}[${i}]`))
        : refuse(path, "must be a list"),
    write: (value: readonly never[]) => value.map((entry) => kind.write(entry)),
  };
}

/** Field of JSON -> field of the message and its kind. */
type Fields = Readonly<Record<string, readonly [name: string, kind: Kind]>>;

function record(fields: Fields, isOptional: boolean): Kind {
  return {
    absent: () => (isOptional ? undefined : readFields(fields, {}, "")),
    read: (value, path) => readFields(fields, value, path),
    write: (value: Readonly<Record<string, never>> | undefined) => value && writeFields(fields, value),
  };
}

function readFields(fields: Fields, value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(path || "as a whole", "must be an object");
  const given = value as Record<string, unknown>;
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) refuse(at(unknown), `is not known; known here: ${Object.keys(fields).join(", ")}`);
  const read = Object.entries(fields).map(([key, [name, kind]]) => [
    name,
    given[key] === undefined ? kind.absent() : kind.read(given[key], at(key)),
  ]);
  return Object.fromEntries(read) as Record<string, unknown>;
}

/** Fields that hold nothing are left out, as the message's bytes leave them out. */
function writeFields(fields: Fields, value: Readonly<Record<string, never>>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, [name, kind]]) => [key, kind.write(value[name] as never)] as const);
  const isEmpty = (entry: unknown) =>
    [undefined, "", 0, false].includes(entry as never) || (Array.isArray(entry) && entry.length === 0);
  return Object.fromEntries(entries.filter(([, entry]) => !isEmpty(entry)));
}

const METHODS: Names = { head: Method.METHOD_HEAD, lora: Method.METHOD_LORA, full: Method.METHOD_FULL };
const FORMS: Names = {
  features: DataForm.DATA_FORM_FEATURES,
  language: DataForm.DATA_FORM_LANGUAGE,
  sequence: DataForm.DATA_FORM_SEQUENCE,
};
const OPTIMISERS: Names = {
  lbfgs: OptimiserKind.OPTIMISER_LBFGS,
  sgd: OptimiserKind.OPTIMISER_SGD,
  adam: OptimiserKind.OPTIMISER_ADAM,
  adamw: OptimiserKind.OPTIMISER_ADAMW,
};

const BASE: Fields = {
  encoder: ["encoder", TEXT],
  encoder_hash: ["encoderHash", BYTES],
  graph_hash: ["graphHash", BYTES],
  tokenizer_hash: ["tokenizerHash", BYTES],
};
const SOURCE: Fields = { snapshot: ["snapshot", TEXT], root: ["root", BYTES], rows: ["rows", COUNT] };
const OPTIMISER: Fields = {
  kind: ["kind", choice(OPTIMISERS)],
  rate: ["rate", REAL],
  beta1: ["beta1", REAL],
  beta2: ["beta2", REAL],
  epsilon: ["epsilon", REAL],
  weight_decay: ["weightDecay", REAL],
  clip: ["clip", REAL],
  warmup: ["warmup", COUNT],
  decays: ["decays", FLAG],
  lambda: ["lambda", REAL],
  tolerance: ["tolerance", REAL],
  fold_tolerance: ["foldTolerance", REAL],
  max_iterations: ["maxIterations", COUNT],
};
const LORA: Fields = { rank: ["rank", COUNT], alpha: ["alpha", REAL] };
const MANIFEST: Fields = {
  algorithm: ["algorithm", TEXT],
  method: ["method", choice(METHODS)],
  base: ["base", record(BASE, true)],
  sources: ["sources", list(record(SOURCE, false))],
  labels: ["labels", list(TEXT)],
  rows: ["rows", COUNT],
  rows_root: ["rowsRoot", BYTES],
  held_out_part: ["heldOutPart", COUNT],
  held_out_rows: ["heldOutRows", COUNT],
  held_out_root: ["heldOutRoot", BYTES],
  form: ["form", choice(FORMS)],
  context: ["context", COUNT],
  optimiser: ["optimiser", record(OPTIMISER, true)],
  lora: ["lora", record(LORA, true)],
  targets: ["targets", list(TEXT)],
  batch: ["batch", COUNT],
  micro_batch: ["microBatch", COUNT],
  epochs: ["epochs", COUNT],
  seed: ["seed", BYTES],
  grid_bits: ["gridBits", COUNT],
  checkpoint_every: ["checkpointEvery", COUNT],
  folds: ["folds", COUNT],
};

/** A checked manifest from its JSON value. Throws JobError bad-manifest naming the field. */
export function manifestFromJson(value: unknown): JobManifest {
  const manifest = readFields(MANIFEST, value, "") as unknown as JobManifest;
  checkManifest(manifest);
  return manifest;
}

/** A checked manifest from the text of a JSON file. Throws JobError bad-manifest. */
export function parseManifest(text: string): JobManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JobError("bad-manifest", `manifest: not JSON: ${(error as Error).message}`);
  }
  return manifestFromJson(value);
}

/** Inverse of `manifestFromJson`. */
export function manifestToJson(manifest: JobManifest): Record<string, unknown> {
  return writeFields(MANIFEST, manifest as unknown as Readonly<Record<string, never>>);
}
