import { ClaimKind, Query as Claims } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as Models } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { formatOpen } from "../output.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";

export interface ClaimCost {
  /** Comes back when the claims are accepted, some kinds' after the time for disputes. In uopen. */
  readonly bonds: bigint;
  /** Paid to the validators who attest. */
  readonly fees: bigint;
}

/** What the registration of a model with its index claims. */
export const MODEL_CLAIMS: readonly ClaimKind[] = [ClaimKind.CLAIM_KIND_TRAINING, ClaimKind.CLAIM_KIND_INDEX];

/** What claims of these kinds cost their poster, at a bond each. */
export async function claimCost(
  { query }: Pick<Session, "query">,
  kinds: readonly ClaimKind[],
  bond: string,
): Promise<ClaimCost> {
  const { params } = await query(Claims.Params, {});
  const attested = kinds.filter((kind) => !params?.unattestedKinds.includes(kind));
  const feeOf = (kind: ClaimKind) => BigInt(params?.kinds.find((terms) => terms.kind === kind)?.attestFee || "0");
  const fees = attested.reduce((sum, kind) => sum + feeOf(kind), 0n);
  return { bonds: BigInt(bond || "0") * BigInt(kinds.length), fees };
}

/** Says it before anything is sent. */
export function noteClaimCost({ bonds, fees }: ClaimCost, progress: Pick<Progress, "note">): void {
  const paid = fees === 0n ? "" : `, and ${formatOpen(fees)} for the validators who attest`;
  progress.note(`claims: ${formatOpen(bonds)} of bonds, back once they are accepted and past dispute${paid}`);
}

/** Of claims about a model, whose bond is modelregistry's parameter. */
export async function noteModelClaims(
  session: Pick<Session, "query">,
  kinds: readonly ClaimKind[],
  progress: Pick<Progress, "note">,
): Promise<void> {
  const { params } = await session.query(Models.Params, {});
  noteClaimCost(await claimCost(session, kinds, params?.claimBond ?? "0"), progress);
}
