import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { mostQuestions } from "../../modules/dispute/client.ts";
import { Query as ClaimQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  type Dispute,
  DisputeOutcome,
  DisputePhase,
  Query,
  type TraceState,
} from "../../proto/gen/openledger/dispute/v1.ts";
import { Query as JobQuery } from "../../proto/gen/openledger/finetune/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ChainClient } from "../chain/client.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { formatOpen, pairs, table } from "../output.ts";

const NO_BYTES = new Uint8Array(0);

interface StateView {
  readonly position: string;
  readonly root: string;
}

/** A dispute as commands print it: names in place of numbers, hex in place of bytes. */
export interface DisputeView {
  readonly id: string;
  readonly claim: string;
  readonly number: number;
  readonly challenger: string;
  readonly poster: string;
  readonly bond: string;
  readonly phase: string;
  readonly outcome: string;
  readonly reason: string;
  readonly steps: string;
  readonly every: string;
  readonly mostQuestions: number;
  readonly agreed: StateView;
  readonly disputed: StateView;
  /** Position that is asked for; null when nothing is. */
  readonly asked: string | null;
  readonly deadline: string | null;
  /** The claim on the step that is left; null before. */
  readonly stepClaim: string | null;
  readonly openedHeight: string;
  readonly endedHeight: string | null;
}

/** DISPUTE_PHASE_RESPOND -> respond. */
function nameOf(names: Readonly<Record<string, number>>, value: number, prefix: string): string {
  const entry = Object.entries(names).find(([, each]) => each === value);
  return (entry?.[0] ?? String(value)).replace(prefix, "").toLowerCase();
}

export const phaseName = (phase: DisputePhase) => nameOf(DisputePhase, phase, "DISPUTE_PHASE_");

export function disputeView(dispute: Dispute): DisputeView {
  const { phase, outcome, steps, every, asked, deadline, stepClaimId, endedHeight } = dispute;
  const isOver = phase === DisputePhase.DISPUTE_PHASE_OVER;
  const orNull = (value: bigint) => (value === 0n ? null : String(value));
  return {
    id: toHex(dispute.id),
    claim: toHex(dispute.claimId),
    number: dispute.number,
    challenger: dispute.challenger,
    poster: dispute.poster,
    bond: dispute.bond,
    phase: phaseName(phase),
    outcome: isOver ? nameOf(DisputeOutcome, outcome, "DISPUTE_OUTCOME_") : "",
    reason: dispute.reason,
    steps: String(steps),
    every: String(every),
    mostQuestions: mostQuestions({ steps: Number(steps), every: Number(every) }),
    agreed: stateView(dispute.agreed),
    disputed: stateView(dispute.disputed),
    asked: orNull(asked),
    deadline: orNull(deadline),
    stepClaim: stepClaimId.length === 0 ? null : toHex(stepClaimId),
    openedHeight: String(dispute.openedHeight),
    endedHeight: orNull(endedHeight),
  };
}

function stateView(state: TraceState | undefined): StateView {
  return { position: String(state?.position ?? 0n), root: toHex(state?.root ?? new Uint8Array(0)) };
}

/** What a position of a computation is, for people. */
export function positionText(position: string, steps: string): string {
  const at = Number(position);
  if (at === 0) return "the manifest";
  if (at > Number(steps) + 1) return "the result";
  return at === 1 ? "the initial state" : `the state after step ${at - 1}`;
}

const WHOSE: Readonly<Record<string, string>> = {
  respond: "the poster's move",
  choose: "the challenger's move",
  step: "the step waits for the claim engine",
  referee: "the committee recomputes the step",
};

export function disputeText(view: DisputeView): string {
  const { steps } = view;
  const facts: [string, string | number][] = [
    ["dispute", view.id],
    ["claim", view.claim],
    ["challenger", view.challenger],
    ["poster", view.poster],
    ["bond", formatOpen(BigInt(view.bond))],
    ["status", view.outcome === "" ? `${view.phase}: ${WHOSE[view.phase] ?? ""}` : `${view.outcome} (${view.reason})`],
    ["training", `${steps} steps, a checkpoint every ${view.every}; at most ${view.mostQuestions} questions`],
    ["agreed", positionText(view.agreed.position, steps)],
    ["disputed", positionText(view.disputed.position, steps)],
  ];
  if (view.asked !== null) facts.push(["asked", positionText(view.asked, steps)]);
  if (view.deadline !== null) facts.push(["due by", `block ${view.deadline}`]);
  if (view.stepClaim !== null) facts.push(["step claim", view.stepClaim]);
  if (view.endedHeight !== null) facts.push(["ended at", `block ${view.endedHeight}`]);
  return pairs(facts);
}

/** A line of progress. */
export function stageText(dispute: Dispute): string {
  const view = disputeView(dispute);
  const about = view.asked === null ? "" : `, ${positionText(view.asked, view.steps)}`;
  const what = view.outcome === "" ? `${view.phase}${about}` : `${view.outcome} (${view.reason})`;
  return `dispute ${view.id.slice(0, 16)}: ${what}`;
}

export function disputesText(views: readonly DisputeView[]): string {
  if (views.length === 0) return "no disputes";
  const rows = views.map((view) => [
    ...[view.id.slice(0, 16), view.claim.slice(0, 16), view.outcome || view.phase, view.challenger, view.poster],
    ...[view.agreed.position, view.disputed.position, view.asked ?? "-", view.deadline ?? "-"],
  ]);
  const head = ["dispute", "claim", "status", "challenger", "poster", "agreed", "disputed", "asked", "due"];
  return table({ head, rows, right: [5, 6, 7, 8] });
}

/** All that are open, or those of a claim. */
export async function fetchDisputes(client: ChainClient, claim?: string): Promise<readonly Dispute[]> {
  if (claim !== undefined) {
    return (await client.query(Query.Disputes, { claimId: fromHex(claim), startAfter: NO_BYTES })).disputes;
  }
  const found: Dispute[] = [];
  for (;;) {
    const startAfter = found.at(-1)?.id ?? NO_BYTES;
    const { disputes } = await client.query(Query.Disputes, { claimId: NO_BYTES, startAfter });
    if (disputes.length === 0) return found;
    found.push(...disputes);
  }
}

/** Throws CliError `not found`. */
export async function fetchDispute(client: ChainClient, id: string): Promise<Dispute> {
  const { dispute } = await client.query(Query.Dispute, { id: fromHex(id) });
  if (!dispute) throw new CliError(EXIT.notFound, `no dispute ${id}`, "see `openledgerd dispute list`");
  return dispute;
}

export interface ClaimChoice {
  readonly claim?: string;
  readonly model?: string;
  readonly job?: string;
}

/** The training claim that was named by itself, by its model or by its job. Throws CliError `usage`, `not found`. */
export async function namedClaim(client: ChainClient, { claim, model, job }: ClaimChoice) {
  if ([claim, model, job].filter((each) => each !== undefined).length !== 1) {
    throw usageError("give one of --claim, --model and --job");
  }
  const id = claim === undefined ? await trainingClaim(client, { model, job }) : fromHex(claim);
  const found = (await client.query(ClaimQuery.Claim, { claimId: id })).claim;
  if (!found) throw new CliError(EXIT.notFound, `no claim ${toHex(id)}`);
  return found;
}

async function trainingClaim(client: ChainClient, { model, job }: Omit<ClaimChoice, "claim">): Promise<Uint8Array> {
  if (job === undefined) {
    const { trainingClaimId } = (await client.query(ModelQuery.Model, { id: model ?? "" })).model ?? {};
    if (trainingClaimId) return trainingClaimId;
    throw new CliError(EXIT.notFound, `no model ${model}`);
  }
  const { result } = (await client.query(JobQuery.Job, { id: job })).job ?? {};
  if (result) return result.claimId;
  throw new CliError(EXIT.notFound, `job ${job} has no result`, "see `openledgerd job show`");
}
