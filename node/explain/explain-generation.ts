import { toHex } from "../../chain/crypto/bytes.ts";
import { contributorSplit } from "../../modules/rewards/split.ts";
import { Pool } from "../../proto/gen/openledger/rewards/v1.ts";
import { toWireSettlement } from "../attest/result-codec.ts";
import { adapterRowBytes, adapterRowProofs } from "../influence/adapter/index.ts";
import { verifyRowProof } from "../influence/row-proof.ts";
import { ONE_SHARE } from "../influence/types.ts";
import { type ClusterTable, clusterTable } from "./cluster-table.ts";
import { type RecomputedGeneration, recomputeGeneration } from "./generation.ts";
import type { GenerationInputs } from "./inputs.ts";
import { paidFor, type RecomputedPayout, samePayouts } from "./payouts.ts";
import { type HeldOutAmount, type PoolAmounts, poolAmounts } from "./pools.ts";
import type { Check } from "./recompute.ts";
import type { ExplainedTokens } from "./token-items.ts";

/** One checkpoint's part of a row's score: queryScale x rowScale x dot. */
export interface ScoreView {
  readonly checkpoint: number;
  readonly queryScale: number;
  readonly rowScale: number;
  readonly dot: number;
}

/** Every integer between one item's row of an adapter index and what it was paid by influence. */
export interface ExplainedRow extends RecomputedPayout {
  readonly contributor: string;
  /** Hex. */
  readonly itemId: string;
  readonly row: number;
  /** The row's bytes lead to the registered index root. */
  readonly isProven: boolean;
  /** It owns its cluster of near-duplicates: copies earn nothing. */
  readonly isOwner: boolean;
  readonly views: readonly ScoreView[];
  /** What settlement makes of the score, by name: score, clip, credit, share and the others. */
  readonly factors: Readonly<Record<string, string>>;
  /** Influence on the held-out loss, and the limit below whose negative a row earns nothing. */
  readonly benefit: number;
  readonly harmLimit: number;
  /** What the largest remainder added to the rounded-down share: "0" or "1". */
  readonly remainder: string;
  readonly cap: string;
  readonly paid: string;
}

export interface GenerationExplanation {
  readonly requestId: string;
  readonly model: string;
  readonly answer: string;
  readonly feeUopen: string;
  /** The contributors' part of the fee, and the fidelity in units of 10^-18, which scales the influence pool alone. */
  readonly contributorsUopen: string;
  readonly fidelity: string;
  readonly pools: { readonly influence: string; readonly tokens: string; readonly heldOut: string };
  readonly heldOut: readonly HeldOutAmount[];
  /** Influence pool. */
  readonly rows: readonly ExplainedRow[];
  /** Token pool. */
  readonly tokens: readonly ExplainedTokens[];
  readonly checks: readonly Check[];
  readonly equal: boolean;
}

/** The explanation of what was gathered; reads nothing else. Throws as `recomputeGeneration`. */
export async function explainGeneration(inputs: GenerationInputs): Promise<GenerationExplanation> {
  const { request, settlement } = inputs;
  const table = clusterTable(inputs.snapshots);
  const pools = poolAmounts(inputs);
  const recomputed = await recomputeGeneration(inputs, { table, pools });
  const rows = explainRows({ inputs, table, pools, recomputed });
  const { items: tokens } = recomputed.tokens;
  const checks: Check[] = [
    ...recomputed.checks,
    { name: "the cluster table is the snapshot's", holds: table.isRegistered },
    { name: "every paid row leads to the registered index root", holds: rows.every(({ isProven }) => isProven) },
    { name: "every paid item owns its cluster", holds: rows.every(({ isOwner }) => isOwner) },
    { name: "the pools are those that the chain recorded", holds: pools.isRecorded },
    {
      name: "every integer paid by influence is the recomputed one",
      holds: samePayouts(settlement, Pool.POOL_INFLUENCE, rows),
    },
    {
      name: "every integer paid by tokens is the recomputed one",
      holds: samePayouts(settlement, Pool.POOL_TOKENS, tokens),
    },
  ];
  return {
    requestId: request.id,
    model: request.model,
    answer: recomputed.output.text,
    feeUopen: request.fee,
    contributorsUopen: pools.contributors.toString(),
    fidelity: settlement.fidelity.toString(),
    pools: { influence: String(pools.influence), tokens: String(pools.tokens), heldOut: String(pools.heldOut) },
    heldOut: pools.bySnapshot,
    ...{ rows, tokens, checks },
    equal: checks.every(({ holds }) => holds),
  };
}

interface Parts {
  readonly inputs: GenerationInputs;
  readonly table: ClusterTable;
  readonly pools: PoolAmounts;
  readonly recomputed: RecomputedGeneration;
}

function explainRows({ inputs, table, pools, recomputed }: Parts): ExplainedRow[] {
  const { resident, rows, scores, settlement } = recomputed;
  const { header } = resident;
  const vector = toWireSettlement(settlement.settlement);
  const weights = vector.entries.map(({ weight }) => weight);
  const amounts = contributorSplit(pools.influence, inputs.settlement.fidelity, {
    ...vector,
    entries: weights,
  }).entries;
  const explained = vector.entries.map((entry) => {
    const at = ({ row }: { row: number }) =>
      rows[row]?.contribution === entry.contribution && rows[row]?.item === entry.item;
    return settlement.entries.find(at) as (typeof settlement.entries)[number];
  });
  const blob = inputs.generator.index.rows;
  const proofs = adapterRowProofs(
    blob,
    header,
    explained.map(({ row }) => row),
  );
  return explained.map((factors, i): ExplainedRow => {
    const row = rows[factors.row];
    const proof = proofs[i];
    const listed = table.contributions[row?.contribution ?? -1];
    const entry = table.entries[row?.entry ?? -1];
    const name = { contributionId: listed?.contribution ?? "", item: row?.item ?? 0 };
    return {
      ...name,
      contributor: listed?.contributor ?? "",
      itemId: toHex(entry?.itemId ?? new Uint8Array(0)),
      row: factors.row,
      isProven:
        proof !== undefined && verifyRowProof(header.rowsRoot, adapterRowBytes(blob, header, factors.row), proof),
      isOwner: entry?.owner === row?.entry && entry?.contribution === row?.contribution && entry?.item === row?.item,
      views: (scores[factors.row]?.views ?? []).map((view, v) => ({
        checkpoint: header.views[v]?.checkpoint ?? 0,
        ...view,
      })),
      factors: Object.fromEntries(Object.entries(factors).map(([factor, value]) => [factor, String(value)])),
      benefit: row?.benefit ?? 0,
      harmLimit: header.harmLimit,
      remainder: (factors.share - (factors.credit * ONE_SHARE) / settlement.totalCredit).toString(),
      cap: settlement.cap.toString(),
      weight: factors.weight.toString(),
      recomputed: (amounts[i] ?? 0n).toString(),
      paid: paidFor(inputs.settlement, Pool.POOL_INFLUENCE, name)?.amount ?? "0",
    };
  });
}
