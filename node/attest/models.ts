import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { type Model, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { EncoderError } from "../influence/encoders/errors.ts";
import type { EncoderFiles } from "../influence/encoders/types.ts";
import { InfluenceError, type InfluenceErrorCode } from "../influence/errors.ts";
import { decodeIndexHeader, indexRoot } from "../influence/index-format.ts";
import { decodeModel } from "../influence/model-format.ts";
import type { VerifierPool } from "../influence/pool.ts";
import type { ModelBlobs } from "../influence/types.ts";
import { type ArtefactSource, artefact } from "./artefacts.ts";
import type { Ask } from "./ask.ts";

/** A registered model cannot be used: its blobs are not what its registration says. Trying again does not help. */
export class ModelMismatch extends Error {
  override readonly name = "ModelMismatch";
}

/** A model that is resident in a verifier. */
export interface LoadedModel {
  /** Its name in the VerifierPool. */
  readonly key: string;
  readonly model: Model;
}

/** Fetches registered models and makes them resident, each once. */
export class Models {
  readonly #ask: Ask;
  readonly #blobs: ArtefactSource;
  readonly #loading = new Map<string, Promise<void>>();
  /** Models that were found not to fit their registration, by key: nobody downloads them for every claim again. */
  readonly #mismatched = new Map<string, ModelMismatch>();

  constructor(ask: Ask, blobs: ArtefactSource) {
    this.#ask = ask;
    this.#blobs = blobs;
  }

  /** Throws ChainQueryError, BlobError, ModelMismatch, InfluenceError. */
  async load(pool: VerifierPool, id: string): Promise<LoadedModel> {
    const { model } = await this.#ask(Query.Model, { id });
    if (!model?.index) throw new ModelMismatch(`model ${id} has no index`);
    const key = `${id}/${toHex(model.index.root)}`;
    const mismatch = this.#mismatched.get(key);
    if (mismatch) throw mismatch;
    if (!pool.has(key)) await this.#once(key, () => this.#fetch(pool, key, model));
    return { key, model };
  }

  async #fetch(pool: VerifierPool, key: string, model: Model): Promise<void> {
    try {
      await pool.load(key, await fetchModel(this.#blobs, model));
    } catch (error) {
      const mismatch = asMismatch(model.id, error);
      if (!mismatch) throw error;
      if (this.#mismatched.size >= MAX_MISMATCHED) this.#mismatched.clear();
      this.#mismatched.set(key, mismatch);
      throw mismatch;
    }
  }

  async #once(key: string, work: () => Promise<void>): Promise<void> {
    const known = this.#loading.get(key);
    if (known) return known;
    const loading = work();
    this.#loading.set(key, loading);
    try {
      await loading;
    } finally {
      this.#loading.delete(key);
    }
  }
}

/** A model's blobs, checked against its registration. Throws BlobError, ModelMismatch, InfluenceError. */
export async function fetchModel(source: ArtefactSource, model: Model): Promise<ModelBlobs> {
  const { index } = model;
  if (!index) throw new ModelMismatch(`model ${model.id} has no index`);
  const fetch = (id: Uint8Array) => artefact(source, toHex(id));
  const blobs = {
    model: await fetch(model.weightsBlob),
    indexHeader: await fetch(index.headerBlob),
    rows: await fetch(index.rowsBlob),
    inverse: await fetch(index.inverseBlob),
    encoder: await fetchEncoder(source, model),
  };
  checkModel(model, blobs);
  return blobs;
}

/** The files of a model's encoder; undefined for a built-in one. Throws BlobError. */
export async function fetchEncoder(source: ArtefactSource, model: Model): Promise<EncoderFiles | undefined> {
  if (model.encoderBlob.length === 0) return undefined;
  const fetch = (id: Uint8Array) => artefact(source, toHex(id));
  return {
    spec: await fetch(model.encoderBlob),
    graph: await fetch(model.baseBlob),
    tokenizer: await fetch(model.tokenizerBlob),
  };
}

/** The links between registration and blobs; those among the blobs are checked where they are decoded. */
function checkModel(model: Model, blobs: ModelBlobs): void {
  const refuse = (reason: string): never => {
    throw new ModelMismatch(`model ${model.id}: ${reason}`);
  };
  if (!equalBytes(indexRoot(blobs.indexHeader), model.index?.root ?? NO_BYTES)) {
    refuse("the index header has another hash than the registered root");
  }
  const header = decodeIndexHeader(blobs.indexHeader);
  if (!equalBytes(header.weightsHash, model.weightsHash)) refuse("the index was built for other weights");
  if (!equalBytes(header.encoderSpecHash, model.encoderHash)) refuse("the index was built with another encoder");
  const { labels, encoderId } = decodeModel(blobs.model);
  if (encoderId !== model.encoder) refuse("its weights were trained on another encoder");
  if (labels.length !== model.labels.length || labels.some((label, i) => label !== model.labels[i])) {
    refuse("its labels are not the registered ones");
  }
}

/** Undefined for what may be better at the next attempt: a missing blob, a lost thread, too little memory. */
function asMismatch(model: string, error: unknown): ModelMismatch | undefined {
  if (error instanceof ModelMismatch) return error;
  const isFinal = error instanceof EncoderError || (error instanceof InfluenceError && FINAL.has(error.code));
  return isFinal ? new ModelMismatch(`model ${model}: ${error.message}`) : undefined;
}

const FINAL: ReadonlySet<InfluenceErrorCode> = new Set([
  "bad-bytes",
  "hash-mismatch",
  "unknown-encoder",
  "bad-encoder",
  "bad-shape",
  "too-slow",
]);
const MAX_MISMATCHED = 1_000;
const NO_BYTES = new Uint8Array(0);
