import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { AVAILABILITY_ALGORITHM, claimId } from "../../modules/attribution/client.ts";
import {
  ClaimKind,
  ClaimStatus,
  MsgPostClaim,
  type Outcome,
  Query,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { claimCost, noteClaimCost } from "./claim-cost.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

/** A dozen blocks, on a slow network. */
const CLAIM_TIMEOUT_MS = 10 * 60_000;

export interface ClaimedBlob {
  readonly claim: string;
  readonly status: string;
  /** Voting power of the committee, and of its members that fetched the blob. */
  readonly power: string;
  readonly accepted: string;
}

/** Claims that a blob is available and waits for the tally. Throws CliError unless it is accepted. */
export async function claimAvailability(
  session: Session,
  { blob, bond }: { readonly blob: string; readonly bond: string | undefined },
  progress: Progress,
): Promise<ClaimedBlob> {
  const { params } = await session.query(Query.Params, {});
  const kind = ClaimKind.CLAIM_KIND_AVAILABILITY;
  const staked = bond ?? params?.minClaimBond ?? "0";
  noteClaimCost(await claimCost(session, [kind], staked), progress);
  const facts = { poster: session.address, kind, subject: fromHex(blob), payloadHash: new Uint8Array(0) };
  await session.send([{ typeUrl: MsgPostClaim.typeUrl, value: { ...facts, bond: staked } }]);
  const id = claimId(facts);
  progress.note(`claim ${toHex(id)} under ${AVAILABILITY_ALGORITHM}: validators fetch what is asked for`);
  const outcome = await waitFor(async () => (await session.query(Query.Claim, { claimId: id })).outcome, {
    what: "the tally of the claim",
    timeoutMs: CLAIM_TIMEOUT_MS,
  });
  const claimed = { claim: toHex(id), ...summary(outcome) };
  if (outcome.status === ClaimStatus.CLAIM_STATUS_ACCEPTED) return claimed;
  throw new CliError(
    EXIT.failure,
    `claim ${claimed.claim} ended ${claimed.status}: ${claimed.accepted} of ${claimed.power} power had the blob`,
    "is the node that holds it connected to validators? see `openledgerd blob get`",
  );
}

function summary({ status, members }: Outcome): Omit<ClaimedBlob, "claim"> {
  const powerOf = (some: Outcome["members"]) => String(some.reduce((sum, { power }) => sum + power, 0n));
  const entry = Object.entries(ClaimStatus).find(([, value]) => value === status);
  return {
    status: (entry?.[0] ?? "").replace("CLAIM_STATUS_", "").toLowerCase(),
    power: powerOf(members),
    accepted: powerOf(members.filter(({ verdict, voided }) => verdict === Verdict.VERDICT_ACCEPT && !voided)),
  };
}
