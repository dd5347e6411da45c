import { toHex } from "../../chain/crypto/bytes.ts";
import { kindName } from "../../modules/attribution/engine.ts";
import { type Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { VerifierPool } from "../influence/pool.ts";
import type { Sketch } from "../influence/sketch.ts";
import type { ArtefactSource } from "./artefacts.ts";
import type { Ask } from "./ask.ts";
import { type Attester, abstained, accepted, type Finding, type MemberSeed } from "./attester.ts";
import { examineResult } from "./examine-result.ts";
import { examineSnapshot } from "./examine-snapshot.ts";
import { MIB } from "./limits.ts";
import { Models } from "./models.ts";

export interface VerifierSettings {
  readonly workers: number;
  /** Memory for resident models. */
  readonly memoryMiB: number;
}

export interface VerifyingPorts {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
}

/** Recomputes claims: blobs and state on this thread, arithmetic in the verifier's workers. */
export class VerifyingAttester implements Attester {
  readonly #settings: VerifierSettings;
  readonly #ports: VerifyingPorts;
  readonly #models: Models;
  #pool: Promise<VerifierPool> | undefined;

  constructor(settings: VerifierSettings, ports: VerifyingPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#models = new Models(ports.ask, ports.blobs);
  }

  async examine(claim: Claim): Promise<Finding> {
    try {
      return await this.#examine(claim);
    } catch (error) {
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

  async close(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined);
    await pool?.close();
  }

  async #examine(claim: Claim): Promise<Finding> {
    switch (claim.kind) {
      case ClaimKind.CLAIM_KIND_AVAILABILITY:
        return this.#availability(claim);
      case ClaimKind.CLAIM_KIND_SNAPSHOT:
        return examineSnapshot(claim, this.#ports);
      case ClaimKind.CLAIM_KIND_RESULT:
        return examineResult(claim, { ...this.#ports, models: this.#models, pool: await this.#verifier() });
      default:
        return abstained(`claims of kind ${kindName(claim.kind)} are not verified`, false);
    }
  }

  /** The blob is there: its id is the hash of its bytes, so that nothing else is left to compare. */
  async #availability(claim: Claim): Promise<Finding> {
    const blob = await this.#ports.blobs.blob(toHex(claim.subject));
    return accepted(await (await this.#verifier()).blobWitness(blob));
  }

  /** Threads start with the first claim: a node that sees none needs none. */
  #verifier(): Promise<VerifierPool> {
    const { workers, memoryMiB } = this.#settings;
    this.#pool ??= VerifierPool.open({ workers, memoryBytes: memoryMiB * MIB });
    return this.#pool;
  }
}
