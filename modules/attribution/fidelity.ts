import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ONE } from "../../chain/math/fixed.ts";
import {
  type Claim,
  ClaimKind,
  FidelityReport,
  type MsgPostFidelity,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { FIDELITY_ALGORITHM, statementHash } from "./ids.ts";
import { MAX_FIDELITY_SAMPLES } from "./limits.ts";
import type { FidelityNeeds } from "./needs.ts";
import type { ClaimHandler, ClaimPost } from "./types.ts";

/** All of a row set is no subset, and neither is none of it. */
const BASIS_POINTS = 10_000;

/** Throws attribution/21 for a report that says nothing that can be recomputed. */
export function checkReport(report: Omit<MsgPostFidelity, "poster" | "bond">): void {
  const { lds, standardError, subsets, shareBps, queries, evidenceBlob } = report;
  if (lds > ONE || standardError > ONE) throw errors.badClaim("an LDS and its standard error are at most 10^18");
  for (const count of [subsets, queries]) {
    if (count < 2 || count > MAX_FIDELITY_SAMPLES) {
      throw errors.badClaim(`an LDS rests on 2 to ${MAX_FIDELITY_SAMPLES} subsets and as many queries, got ${count}`);
    }
  }
  if (shareBps < 1 || shareBps >= BASIS_POINTS) throw errors.badClaim("share_bps is 1 to 9999");
  if (evidenceBlob.length !== HASH_LENGTH) throw errors.badClaim(`an evidence blob's id has ${HASH_LENGTH} bytes`);
}

/** The claim of a message. */
export function fidelityPost(message: MsgPostFidelity): ClaimPost {
  const { poster, bond, ...report } = message;
  const statement = encodeBytes(FidelityReport, report);
  return {
    kind: ClaimKind.CLAIM_KIND_FIDELITY,
    poster,
    subject: utf8Bytes(report.model),
    payloadHash: statementHash(statement),
    algorithm: FIDELITY_ALGORITHM,
    bond: parseAmount(bond),
    statement,
  };
}

/** What a FIDELITY claim states. */
export function reportOf(claim: Pick<Claim, "statement">): FidelityReport {
  return decodeStrict(FidelityReport, claim.statement);
}

/**
 * Seed of the subsets that an LDS of a model is measured on, from the id of its index claim and the seed that it got: whoever
 * measures cannot choose subsets that flatter the index. `indexSeed` is empty for an index that was not attested.
 */
export function subsetSeed(
  model: string,
  index: { readonly claimId: Uint8Array; readonly seed: Uint8Array },
): Uint8Array {
  return taggedHash("openledger/fidelity/subsets", utf8Bytes(model), index.claimId, index.seed);
}

/** An accepted report becomes the fidelity of its model, which scales the contributors' half of its fees. */
export function fidelityHandler(needs: () => FidelityNeeds): ClaimHandler {
  return {
    onAccepted(ctx: Context, claim: Claim): void {
      const { model, lds } = reportOf(claim);
      needs().setFidelity(ctx, model, lds);
      ctx.events.emit("fidelity_measured", [
        ["model", model],
        ["fidelity", lds.toString()],
      ]);
    },
    onRejected() {},
    onNoQuorum() {},
    forfeitTo: (ctx, claim) => needs().datanetsOf(ctx, reportOf(claim).model),
  };
}
