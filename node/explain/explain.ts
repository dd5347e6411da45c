import { toHex } from "../../chain/crypto/bytes.ts";
import { contributorSplit } from "../../modules/rewards/split.ts";
import type { SettlementVector } from "../../proto/gen/openledger/attribution/v1.ts";
import { Pool } from "../../proto/gen/openledger/rewards/v1.ts";
import type { ArtefactSource } from "../attest/artefacts.ts";
import { toWireSettlement } from "../attest/result-codec.ts";
import { rowBytes } from "../influence/index-format.ts";
import { rowProofs, verifyRowProof } from "../influence/row-proof.ts";
import { ONE_SHARE } from "../influence/types.ts";
import { type ClusterTable, clusterTable } from "./cluster-table.ts";
import type { ExplainInputs } from "./inputs.ts";
import { paidFor, samePayouts } from "./payouts.ts";
import { type HeldOutAmount, poolAmounts } from "./pools.ts";
import { type Check, type Recomputed, recompute } from "./recompute.ts";

export interface ExplainOptions {
  readonly rpcUrl: string;
  readonly requestId: string;
  /** Only the entries of this contribution; all by default. */
  readonly contributionId?: string;
  /** Where blobs come from; the node's RPC by default. */
  readonly blobs?: ArtefactSource;
}

/** One factor of a row's score: class block c contributes queryD x rowD x dot. */
export interface ScoreBlock {
  readonly class: string;
  readonly queryD: number;
  readonly rowD: number;
  readonly dot: number;
}

/** Every integer between one item's index row and what it was paid. Decimal strings where numbers may exceed 2^53. */
export interface ExplainedItem {
  readonly contributionId: string;
  readonly contributor: string;
  readonly item: number;
  /** Hex. */
  readonly itemId: string;
  readonly row: number;
  /** The row's bytes lead to the registered index root. */
  readonly isProven: boolean;
  /** It owns its cluster of near-duplicates: copies earn nothing. */
  readonly isOwner: boolean;
  readonly blocks: readonly ScoreBlock[];
  /** Power of two that aligns the row's exponent. */
  readonly scale: number;
  /** scale x the sum over the blocks. */
  readonly score: string;
  /** Label gate and the contribution's record, 65535 being 1. */
  readonly gate: string;
  /** Norm clip: 65535 unless |p - y| exceeds the index's limit. */
  readonly clip: string;
  /** Earlier row that this one repeats in part, that row's score, and the part: 4096 being all of it. */
  readonly reference: number;
  readonly earlierScore: string;
  readonly overlap: string;
  /** 65535 unless the item lies closer to the query than to any other item. */
  readonly novelty: string;
  /** Influence on the held-out loss, and the limit below whose negative a row earns nothing. */
  readonly benefit: number;
  readonly harmLimit: number;
  /** What every paid item's credit is less: that of the best item which is not paid. */
  readonly floor: string;
  /** ((score x 4096 - overlap x max(0, earlierScore)) x gate x clip x 65535 - floor) x novelty. */
  readonly credit: string;
  /** Of 10^18, before the cap of a cluster. */
  readonly share: string;
  /** What the largest remainder added to the rounded-down share: "0" or "1". */
  readonly remainder: string;
  readonly cap: string;
  /** Of 10^18. */
  readonly weight: string;
  /** uopen. */
  readonly recomputed: string;
  /** uopen that the chain paid for this item. */
  readonly paid: string;
}

/** An item that earned nothing although its score would have put it among the paid ones. */
export interface WithheldItem {
  readonly contributionId: string;
  readonly contributor: string;
  readonly item: number;
  readonly row: number;
  /** As of a paid item, before floor and novelty. */
  readonly credit: string;
  readonly reason: string;
  /** The item that owns its cluster. */
  readonly owner: { readonly contributionId: string; readonly item: number; readonly row: number };
}

export interface Explanation {
  readonly requestId: string;
  readonly model: string;
  readonly feeUopen: string;
  /** The contributors' part of the fee before fidelity, and the fidelity in units of 10^-18. */
  readonly contributorsUopen: string;
  readonly fidelity: string;
  /** How the contributors' part was divided, in uopen: by influence (before fidelity), by tokens, flat. */
  readonly pools: { readonly influence: string; readonly tokens: string; readonly heldOut: string };
  /** The flat share of held-out items, which their owners take from the snapshots' ledgers. */
  readonly heldOut: readonly HeldOutAmount[];
  readonly entries: readonly ExplainedItem[];
  /** Items that the query would have paid but for their cluster or the held-out gate. */
  readonly withheld: readonly WithheldItem[];
  readonly checks: readonly Check[];
  /** Every check holds, every row is proven, and every recomputed integer is the paid one. */
  readonly equal: boolean;
}

/** The explanation of what was gathered; reads nothing else. */
export async function explain(inputs: ExplainInputs): Promise<Explanation> {
  const table = clusterTable(inputs.snapshots);
  const recomputed = await recompute(inputs);
  const vector = toWireSettlement(recomputed.settlement.settlement);
  const { settlement, request } = inputs;
  const pools = poolAmounts(inputs);
  const weights = vector.entries.map(({ weight }) => weight);
  const amounts = contributorSplit(pools.influence, settlement.fidelity, { ...vector, entries: weights }).entries;
  const entries = explainEntries({ inputs, table, recomputed, vector, amounts });
  const checks: Check[] = [
    ...recomputed.checks,
    { name: "the cluster table is the snapshot's", holds: table.isRegistered },
    { name: "every paid row leads to the registered index root", holds: entries.every(({ isProven }) => isProven) },
    { name: "every paid item owns its cluster", holds: entries.every(({ isOwner }) => isOwner) },
    { name: "the pools are those that the chain recorded", holds: pools.isRecorded },
    { name: "every paid integer is the recomputed one", holds: samePayouts(settlement, Pool.POOL_INFLUENCE, entries) },
  ];
  return {
    requestId: request.id,
    model: request.model,
    feeUopen: request.fee,
    contributorsUopen: pools.contributors.toString(),
    fidelity: settlement.fidelity.toString(),
    pools: { influence: String(pools.influence), tokens: String(pools.tokens), heldOut: String(pools.heldOut) },
    heldOut: pools.bySnapshot,
    entries,
    withheld: explainWithheld(recomputed, table),
    checks,
    equal: checks.every(({ holds }) => holds),
  };
}

interface Parts {
  readonly inputs: ExplainInputs;
  readonly table: ClusterTable;
  readonly recomputed: Recomputed;
  readonly vector: SettlementVector;
  /** uopen, in the order of the vector's entries. */
  readonly amounts: readonly bigint[];
}

function explainEntries({ inputs, table, recomputed, vector, amounts }: Parts): ExplainedItem[] {
  const { header, rows, scores, settlement } = recomputed;
  const explained = vector.entries.map((entry) => {
    const found = settlement.entries.find(({ row }) => {
      const at = rows[row];
      return at?.contribution === entry.contribution && at.item === entry.item;
    });
    return found as NonNullable<typeof found>;
  });
  const proofs = rowProofs(
    inputs.blobs.rows,
    header,
    explained.map(({ row }) => row),
  );
  return explained.map((factors, i): ExplainedItem => {
    const row = rows[factors.row];
    const score = scores[factors.row];
    const proof = proofs[i];
    const listed = table.contributions[row?.contribution ?? -1];
    const entry = table.entries[row?.entry ?? -1];
    const contributionId = listed?.contribution ?? "";
    const item = row?.item ?? 0;
    return {
      contributionId,
      contributor: listed?.contributor ?? "",
      item,
      itemId: toHex(entry?.itemId ?? new Uint8Array(0)),
      row: factors.row,
      isProven:
        proof !== undefined && verifyRowProof(header.rowsRoot, rowBytes(inputs.blobs.rows, header, factors.row), proof),
      isOwner: entry?.owner === row?.entry && entry?.contribution === row?.contribution && entry?.item === row?.item,
      blocks: (score?.blocks ?? []).map((block) => ({ ...block, class: inputs.model.labels[block.class] ?? "" })),
      scale: score?.scale ?? 1,
      score: factors.score.toString(),
      gate: factors.gate.toString(),
      clip: factors.clip.toString(),
      reference: factors.reference,
      earlierScore: factors.earlierScore.toString(),
      overlap: factors.overlap.toString(),
      novelty: factors.novelty.toString(),
      benefit: row?.benefit ?? 0,
      harmLimit: header.harmLimit,
      floor: settlement.floor.toString(),
      credit: factors.credit.toString(),
      share: factors.share.toString(),
      remainder: (factors.share - (factors.credit * ONE_SHARE) / settlement.totalCredit).toString(),
      cap: settlement.cap.toString(),
      weight: factors.weight.toString(),
      recomputed: (amounts[i] ?? 0n).toString(),
      paid: paidFor(inputs.settlement, Pool.POOL_INFLUENCE, { contributionId, item })?.amount ?? "0",
    };
  });
}

function explainWithheld({ withheld, rows }: Recomputed, table: ClusterTable): WithheldItem[] {
  const listed = (row: number) => table.contributions[rows[row]?.contribution ?? -1];
  return withheld.map(({ row, credit, reason, owner }) => ({
    contributionId: listed(row)?.contribution ?? "",
    contributor: listed(row)?.contributor ?? "",
    item: rows[row]?.item ?? 0,
    ...{ row, reason, credit: credit.toString() },
    owner: { contributionId: listed(owner)?.contribution ?? "", item: rows[owner]?.item ?? 0, row: owner },
  }));
}
