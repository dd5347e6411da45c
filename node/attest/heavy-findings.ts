import { taggedHash } from "../../chain/crypto/tagged.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { BlobError } from "../blobs/index.ts";
import type { JobPorts } from "../jobs/index.ts";
import { artefact } from "./artefacts.ts";
import { abstained, accepted, type Finding, rejected } from "./attester.ts";
import { type HeavyRequest, runHeavy } from "./heavy.ts";

/** What examinations in threads of their own need. */
export interface HeavyPorts extends JobPorts {
  /** Threads of one examination. */
  readonly workers: number;
  /** Where encoded texts are kept; nowhere without. */
  readonly features?: string | undefined;
  /** The claim's time is over. */
  readonly signal: AbortSignal | undefined;
}

/** What the examination of a claim draws from: known to nobody when it was posted, another for each claim. */
export function examinationSeed({ id, seed }: Pick<Claim, "id" | "seed">): Uint8Array {
  return taggedHash("openledger/examination", seed, id);
}

/** Recomputes, and says what that gives. What is missing is asked for again; what failed otherwise will fail again. */
export async function heavyFinding(request: HeavyRequest, { blobs, signal }: HeavyPorts): Promise<Finding> {
  let missing = false;
  const readBlob = (id: string) =>
    artefact(blobs, id).catch((error: unknown) => {
      missing = !(error instanceof BlobError && error.code === "too-large");
      throw error;
    });
  try {
    const { verdict, reason = "", witness } = await runHeavy(request, { readBlob, signal });
    if (verdict === "abstain") return abstained(reason, false);
    return verdict === "accept" ? accepted(witness) : rejected(reason, witness);
  } catch (error) {
    return abstained((error as Error).message, missing);
  }
}
