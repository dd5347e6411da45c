import type { Context } from "../../chain/app/context.ts";
import type { SettlementEntry } from "../../proto/gen/openledger/attribution/v1.ts";
import type { DatanetNeeds } from "./needs.ts";

/** One place of a model's contribution list. */
export interface ListedContribution {
  readonly contribution: string;
  readonly datanet: string;
}

/** An entry whose item is known; `contributor` is undefined when the item may not earn any more (invariant I13). */
export interface ResolvedEntry extends ListedContribution {
  readonly item: number;
  readonly contributor: string | undefined;
  readonly weight: bigint;
}

/** A settlement vector whose items are known. */
export interface ResolvedVector {
  readonly entries: readonly ResolvedEntry[];
  readonly unattributed: bigint;
  readonly capExcess: bigint;
  readonly eligibleClusters: number;
}

/** What an entry's `contribution` counts in: the lists of the model's snapshots, one after the other. */
export function contributionList(
  ctx: Context,
  datanets: DatanetNeeds,
  snapshots: readonly string[],
): readonly ListedContribution[] {
  return snapshots.flatMap((id) => {
    const snapshot = datanets.snapshot(ctx, id);
    return (snapshot?.contributions ?? []).map(({ contribution }) => ({
      contribution,
      datanet: snapshot?.datanet ?? "",
    }));
  });
}

/** Undefined where an entry names no place of the list. */
export function resolveEntry(
  ctx: Context,
  datanets: DatanetNeeds,
  from: { readonly list: readonly ListedContribution[]; readonly entry: SettlementEntry },
): ResolvedEntry | undefined {
  const { contribution: place, item, weight } = from.entry;
  const listed = from.list[place];
  if (!listed) return undefined;
  const earns = datanets.isAccepted(ctx, listed.contribution, item);
  const contributor = earns ? datanets.contribution(ctx, listed.contribution)?.contributor : undefined;
  return { ...listed, item, contributor, weight };
}
