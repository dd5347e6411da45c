import { AVAILABILITY_ALGORITHM, FIDELITY_ALGORITHM } from "../../modules/attribution/client.ts";
import { kindName } from "../../modules/attribution/engine.ts";
import { SNAPSHOT_ALGORITHM } from "../../modules/datanet/ids.ts";
import { STEP_ALGORITHM } from "../../modules/dispute/client.ts";
import { JOB_ALGORITHM } from "../../modules/finetune/ids.ts";
import { GENERATION_ALGORITHM, RESULT_ALGORITHM } from "../../modules/inference/ids.ts";
import { INDEX_ALGORITHM, TRAINING_ALGORITHM } from "../../modules/modelregistry/ids.ts";
import { type Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { GeneratorPool, Generators, isGenerator } from "../generator/index.ts";
import { InfluenceError } from "../influence/errors.ts";
import { VerifierPool } from "../influence/pool.ts";
import type { Sketch } from "../influence/sketch.ts";
import type { ArtefactSource } from "./artefacts.ts";
import type { Ask } from "./ask.ts";
import { type Attester, abstained, type Finding, type MemberSeed } from "./attester.ts";
import { examineAvailability } from "./examine-availability.ts";
import { examineFidelity } from "./examine-fidelity.ts";
import { examineIndex } from "./examine-index.ts";
import { examineJob } from "./examine-job.ts";
import { examineResult } from "./examine-result.ts";
import { examineSnapshot } from "./examine-snapshot.ts";
import { examineStep } from "./examine-step.ts";
import { examineTraining } from "./examine-training.ts";
import { MAX_EXPECTED_MODELS, MIB } from "./limits.ts";
import { Models } from "./models.ts";

export interface VerifierSettings {
  readonly workers: number;
  /** Memory for resident classifiers, and as much for resident generators. */
  readonly memoryMiB: number;
}

export interface VerifyingPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
  /** Folder in which heavy recomputations keep encoded texts. */
  readonly features?: string;
}

/** The rules under which claims of each kind can be recomputed. */
const ALGORITHMS: readonly (readonly [ClaimKind, string])[] = [
  [ClaimKind.CLAIM_KIND_AVAILABILITY, AVAILABILITY_ALGORITHM],
  [ClaimKind.CLAIM_KIND_SNAPSHOT, SNAPSHOT_ALGORITHM],
  [ClaimKind.CLAIM_KIND_TRAINING, TRAINING_ALGORITHM],
  [ClaimKind.CLAIM_KIND_TRAINING, JOB_ALGORITHM],
  [ClaimKind.CLAIM_KIND_INDEX, INDEX_ALGORITHM],
  [ClaimKind.CLAIM_KIND_FIDELITY, FIDELITY_ALGORITHM],
  [ClaimKind.CLAIM_KIND_STEP, STEP_ALGORITHM],
  [ClaimKind.CLAIM_KIND_RESULT, RESULT_ALGORITHM],
  [ClaimKind.CLAIM_KIND_RESULT, GENERATION_ALGORITHM],
];

/** Recomputes claims: blobs and state on this thread, arithmetic in the verifier's workers. */
export class VerifyingAttester implements Attester {
  readonly #settings: VerifierSettings;
  readonly #ports: VerifyingPorts;
  readonly #models: Models;
  readonly #generators: Generators;
  readonly #generatorPool: GeneratorPool;
  /** Chunks and what is joined of them are in memory together. */
  readonly #bounded: ArtefactSource;
  #pool: Promise<VerifierPool> | undefined;
  #closed = false;

  constructor(settings: VerifierSettings, ports: VerifyingPorts) {
    this.#settings = settings;
    this.#ports = ports;
    const memoryBytes = settings.memoryMiB * MIB;
    this.#bounded = { blob: (id) => ports.blobs.blob(id), mostBytes: memoryBytes / 2 };
    this.#models = new Models(ports.ask, this.#bounded);
    this.#generators = new Generators({ ...ports, blobs: this.#bounded });
    this.#generatorPool = new GeneratorPool({ memoryBytes });
  }

  async examine(claim: Claim, signal?: AbortSignal): Promise<Finding> {
    try {
      return await this.#examine(claim, signal);
    } catch (error) {
      if (error instanceof InfluenceError && error.code === "worker-lost") await this.#renew();
      return abstained((error as Error).message, true);
    }
  }

  async sketches(_claim: Claim, witness: Float64Array, seeds: readonly MemberSeed[]): Promise<readonly Sketch[]> {
    if (seeds.length === 0) return [];
    return (await this.#verifier()).sketches(
      witness,
      seeds.map(({ seed }) => seed),
    );
  }

  observe(): void {}

  /** Megabytes are fetched and decoded before the first claim needs them; what fails now is tried again then. */
  expect(models: readonly string[]): void {
    for (const id of models.slice(0, MAX_EXPECTED_MODELS)) {
      this.#load(id).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#generatorPool.close();
    const pool = await this.#pool?.catch(() => undefined);
    await pool?.close();
  }

  async #examine(claim: Claim, signal: AbortSignal | undefined): Promise<Finding> {
    if (!ALGORITHMS.some(([kind, algorithm]) => kind === claim.kind && algorithm === claim.algorithm)) {
      return abstained(`no verifier for claims of kind ${kindName(claim.kind)} under ${claim.algorithm}`, false);
    }
    const heavy = { ...this.#ports, workers: this.#settings.workers, signal, blobs: this.#bounded };
    switch (claim.kind) {
      case ClaimKind.CLAIM_KIND_AVAILABILITY:
        return examineAvailability(claim, {
          ...this.#ports,
          blobWitness: async (blob) => (await this.#verifier()).blobWitness(blob),
        });
      case ClaimKind.CLAIM_KIND_SNAPSHOT:
        return examineSnapshot(claim, this.#ports);
      case ClaimKind.CLAIM_KIND_TRAINING:
        return claim.algorithm === JOB_ALGORITHM ? examineJob(claim, heavy) : examineTraining(claim, heavy);
      case ClaimKind.CLAIM_KIND_INDEX:
        return examineIndex(claim, heavy);
      case ClaimKind.CLAIM_KIND_FIDELITY:
        return examineFidelity(claim, heavy);
      case ClaimKind.CLAIM_KIND_STEP:
        return examineStep(claim, heavy);
      default:
        return examineResult(claim, {
          ...{ ...this.#ports, models: this.#models, pool: () => this.#verifier() },
          ...{ generators: this.#generators, generatorPool: this.#generatorPool },
        });
    }
  }

  async #load(id: string): Promise<void> {
    const { model } = await this.#ports.ask(ModelQuery.Model, { id });
    if (model && isGenerator(model)) await this.#generators.load(this.#generatorPool, model);
    else await this.#models.load(await this.#verifier(), id);
  }

  /** Threads that died are not used again: the next claim starts new ones. */
  async #renew(): Promise<void> {
    const lost = await this.#pool?.catch(() => undefined);
    this.#pool = undefined;
    await lost?.close();
  }

  /** Threads start with the first claim: a node that sees none needs none. */
  #verifier(): Promise<VerifierPool> {
    const { workers, memoryMiB } = this.#settings;
    if (this.#closed) return Promise.reject(new Error("the verifier is closed"));
    const forget = (error: unknown) => {
      this.#pool = undefined;
      throw error;
    };
    this.#pool ??= VerifierPool.open({ workers, memoryBytes: memoryMiB * MIB }).catch(forget);
    return this.#pool;
  }
}
