import { equalBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { EncoderSpec, Pooling as SpecPooling } from "../../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes } from "../../../proto/runtime.ts";
import { EncoderError } from "./errors.ts";
import type { Pooling } from "./inspect.ts";
import { MAX_DIMS, MAX_SPEC_BYTES, MAX_TOKENS } from "./limits.ts";
import type { EncoderFiles } from "./types.ts";

/** A specification as programs use it. */
export interface CheckedSpec {
  readonly id: string;
  readonly specHash: Uint8Array;
  readonly graphHash: Uint8Array;
  readonly tokenizerHash: Uint8Array;
  readonly output: string;
  readonly pooling: Pooling;
  readonly maxTokens: number;
  readonly dims: number;
}

const POOLINGS: readonly (readonly [Pooling, SpecPooling])[] = [
  ["mean", SpecPooling.POOLING_MEAN],
  ["cls", SpecPooling.POOLING_CLS],
  ["none", SpecPooling.POOLING_NONE],
];

const NEXT = "make it with `openledgerd model encoder add`";
const HASH_BYTES = 32;
const ID_PREFIX = "onnx:";
const ID_DIGITS = 16;

/** Whether a model's encoder is a graph of its own, not a built-in one. */
export function isGraphEncoder(id: string): boolean {
  return id.startsWith(ID_PREFIX);
}

/** Canonical bytes. */
export function encodeSpec(spec: Omit<CheckedSpec, "id" | "specHash">): Uint8Array {
  const pooling = POOLINGS.find(([name]) => name === spec.pooling)![1];
  return encodeBytes(EncoderSpec, { ...spec, pooling });
}

/** Throws EncoderError bad-spec. */
export function decodeSpec(bytes: Uint8Array): CheckedSpec {
  const spec = read(bytes);
  const { graphHash, tokenizerHash, output, maxTokens, dims } = spec;
  const pooling = POOLINGS.find(([, value]) => value === spec.pooling)?.[0];
  if (pooling === undefined) throw refuse(`pooling ${spec.pooling} is none that is known`);
  if (graphHash.length !== HASH_BYTES || tokenizerHash.length !== HASH_BYTES) throw refuse("a hash has 32 bytes");
  if (output === "") throw refuse("it names no output");
  if (maxTokens < 1 || maxTokens > MAX_TOKENS) throw refuse(`${maxTokens} tokens, allowed are 1 to ${MAX_TOKENS}`);
  checkDims(dims);
  const specHash = sha256(bytes);
  const id = `${ID_PREFIX}${toHex(specHash).slice(0, ID_DIGITS)}`;
  return { id, specHash, graphHash, tokenizerHash, output, pooling, maxTokens, dims };
}

function read(bytes: Uint8Array): EncoderSpec {
  if (bytes.length > MAX_SPEC_BYTES) throw refuse(`it has ${bytes.length} bytes`);
  try {
    const spec = decodeStrict(EncoderSpec, bytes);
    if (equalBytes(encodeBytes(EncoderSpec, spec), bytes)) return spec;
  } catch (cause) {
    throw refuse("it is no EncoderSpec", cause);
  }
  throw refuse("its bytes are not canonical");
}

function refuse(what: string, cause?: unknown): EncoderError {
  return new EncoderError("bad-spec", `encoder specification: ${what}`, NEXT, { cause });
}

/** Throws EncoderError bad-output: influence rows take 4 to MAX_DIMS dimensions, a multiple of 4. */
export function checkDims(dims: number): void {
  if (dims >= 4 && dims <= MAX_DIMS && dims % 4 === 0) return;
  throw new EncoderError(
    "bad-output",
    `${dims} dimensions; an influence index takes a multiple of 4 from 4 to ${MAX_DIMS}`,
    "choose another --graph-output, or end the exported graph with a projection to such a width",
  );
}

/** The specification of files, checked against them. Throws EncoderError bad-spec. */
export function specOf(files: EncoderFiles): CheckedSpec {
  const spec = decodeSpec(files.spec);
  if (!equalBytes(sha256(files.graph), spec.graphHash)) throw refuse("it names another graph");
  if (!equalBytes(sha256(files.tokenizer), spec.tokenizerHash)) throw refuse("it names another tokenizer");
  return spec;
}
