import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type Model, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { InfluenceError } from "../influence/errors.ts";
import { JobDataError, snapshotSource } from "../jobs/index.ts";
import { trainingRows } from "../pipeline/training-rows.ts";
import { GeneratorError } from "./errors.ts";
import { type GeneratorPool, isFinal } from "./pool.ts";
import type { GeneratorBlobs, GeneratorRow } from "./types.ts";

/** Where state and blobs come from. */
export interface GeneratorSource {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
}

export function isGenerator({ task }: Pick<Model, "task">): boolean {
  return task === Task.TASK_GENERATE;
}

/** Fetches registered generators and makes them resident, each once. */
export class Generators {
  readonly #source: GeneratorSource;
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(source: GeneratorSource) {
    this.#source = source;
  }

  /**
   * The generator's name in the pool. Throws GeneratorError; BlobError, JobDataError missing, ChainQueryError for what may
   * be there later.
   */
  async load(pool: GeneratorPool, model: Model): Promise<string> {
    if (!model.index) throw new GeneratorError("mismatch", `model ${model.id} has no index`);
    const key = `${model.id}/${toHex(model.weightsHash)}/${toHex(model.index.root)}`;
    pool.refuseKnown(key);
    if (!pool.has(key)) await this.#once(key, () => this.#fetch(pool, key, model));
    return key;
  }

  /** Nobody downloads a generator again that is no match of its registration. */
  async #fetch(pool: GeneratorPool, key: string, model: Model): Promise<void> {
    try {
      await pool.load(key, await fetchGenerator(this.#source, model, pool.memoryBytes));
    } catch (error) {
      if (isFinal(error)) pool.refuse(key, error);
      throw error;
    }
  }

  async #once(key: string, work: () => Promise<void>): Promise<void> {
    const known = this.#fetching.get(key);
    if (known) return known;
    const fetching = work();
    this.#fetching.set(key, fetching);
    try {
      await fetching;
    } finally {
      this.#fetching.delete(key);
    }
  }
}

/**
 * A generator's blobs and documents, checked against its registration; the links among them are checked where they are
 * opened. What is more than `mostBytes` in all is not fetched to its end: a few chunks can be named as gigabytes.
 * Throws GeneratorError mismatch, too-large; BlobError, JobDataError, ChainQueryError.
 */
export async function fetchGenerator(
  source: GeneratorSource,
  model: Model,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<GeneratorBlobs> {
  const { index } = model;
  let bytes = 0;
  const fetch = async (id: Uint8Array) => {
    const blob = await artefact(source.blobs, toHex(id));
    bytes += blob.length;
    if (bytes <= mostBytes) return blob;
    throw new GeneratorError("too-large", `model ${model.id} has more than ${mostBytes} bytes of blobs`);
  };
  const refuse = (reason: string): never => {
    throw new GeneratorError("mismatch", `model ${model.id}: ${reason}`);
  };
  if (!index) return refuse("it has no index");
  const manifest = await fetch(model.manifestBlob);
  if (!equalBytes(sha256(manifest), model.manifestHash)) refuse("the manifest has another hash than it says");
  const weights = await fetch(model.weightsBlob);
  if (!equalBytes(sha256(weights), model.weightsHash)) refuse("the weights have another hash than it says");
  const header = await fetch(index.headerBlob);
  if (!equalBytes(sha256(header), index.root)) refuse("the index header has another hash than the registered root");
  return {
    ...{ manifest, weights, graph: await fetch(model.baseBlob), tokenizer: await fetch(model.tokenizerBlob) },
    index: { header, rows: await fetch(index.rowsBlob), basis: await fetch(index.inverseBlob) },
    rows: await rowsOf(source, model),
  };
}

async function rowsOf(source: GeneratorSource, { id, snapshots }: Model): Promise<GeneratorRow[]> {
  try {
    const sources = [];
    for (const snapshot of snapshots) sources.push(await snapshotSource(snapshot, source));
    return trainingRows(sources).map(({ text, contribution, item, entry }) => ({ text, contribution, item, entry }));
  } catch (error) {
    const isFinal = error instanceof InfluenceError || (error instanceof JobDataError && error.code === "inconsistent");
    if (!isFinal) throw error;
    throw new GeneratorError("mismatch", `model ${id}: ${error.message}`, { cause: error });
  }
}
