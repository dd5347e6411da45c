import type { Context } from "../../chain/app/context.ts";
import type { MapTable } from "../../chain/store/collections.ts";
import type { InfluenceScore } from "../../proto/gen/openledger/attribution/v1.ts";
import { ATTRIBUTION, tables } from "./keys.ts";
import type { InfluenceLedger, InfluenceUpdate } from "./types.ts";

type ScoreTable = MapTable<string, InfluenceScore>;

/** The integer scores per contribution, DataNet and model: sums of settlement weights, and of how many queries. */
export class InfluenceScores implements InfluenceLedger {
  recordInfluence(ctx: Context, { model, entries }: InfluenceUpdate): void {
    const byContribution = new Map<string, bigint>();
    const byDatanet = new Map<string, bigint>();
    let whole = 0n;
    for (const { contribution, datanet, weight } of entries) {
      byContribution.set(contribution, (byContribution.get(contribution) ?? 0n) + weight);
      byDatanet.set(datanet, (byDatanet.get(datanet) ?? 0n) + weight);
      whole += weight;
    }
    for (const [key, weight] of byContribution) add(ctx, tables.contributionScores, { key, weight });
    for (const [key, weight] of byDatanet) add(ctx, tables.datanetScores, { key, weight });
    add(ctx, tables.modelScores, { key: model, weight: whole });
  }

  contribution(ctx: Context, id: string): InfluenceScore | undefined {
    return read(ctx, tables.contributionScores, id);
  }

  datanet(ctx: Context, id: string): InfluenceScore | undefined {
    return read(ctx, tables.datanetScores, id);
  }

  model(ctx: Context, id: string): InfluenceScore | undefined {
    return read(ctx, tables.modelScores, id);
  }
}

function read(ctx: Context, table: ScoreTable, key: string): InfluenceScore | undefined {
  return key.length > 0 && key.length <= 128 ? table.get(ctx.kv(ATTRIBUTION), key) : undefined;
}

function add(
  ctx: Context,
  table: ScoreTable,
  { key, weight }: { readonly key: string; readonly weight: bigint },
): void {
  const kv = ctx.kv(ATTRIBUTION);
  const old = table.get(kv, key) ?? { key, score: "0", queries: 0n };
  table.set(kv, key, { key, score: (BigInt(old.score) + weight).toString(), queries: old.queries + 1n });
}
