import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { type Pools, poolSplit } from "../../modules/rewards/pools.ts";
import { grossSplit } from "../../modules/rewards/split.ts";
import { Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { CommonInputs } from "./inputs.ts";

/** What a snapshot's held-out items got of one fee, for their owners to take. */
export interface HeldOutAmount {
  readonly snapshot: string;
  readonly items: number;
  readonly uopen: string;
}

/** The contributors' part of a fee and how it was divided, recomputed from the fee and the parameters. Amounts in uopen. */
export interface PoolAmounts extends Pools {
  readonly contributors: bigint;
  readonly bySnapshot: readonly HeldOutAmount[];
  /** The chain's record says the same. */
  readonly isRecorded: boolean;
}

export function poolAmounts({ request, shares, model, snapshots, settlement }: CommonInputs): PoolAmounts {
  const { contributors } = grossSplit(BigInt(request.fee), shares);
  const judged = snapshots.filter(({ snapshot }) => snapshot.heldOut > 0).map(({ snapshot }) => snapshot);
  const has = { tokens: model.task === Task.TASK_GENERATE, heldOut: judged.length > 0 };
  const pools = poolSplit(contributors, shares, has);
  const amounts = splitLargestRemainder(
    pools.heldOut,
    judged.map(({ heldOut }) => BigInt(heldOut)),
  );
  const { pools: recorded } = settlement;
  const isRecorded = (["influence", "tokens", "heldOut"] as const).every(
    (pool) => recorded?.[pool] === String(pools[pool]),
  );
  const bySnapshot = judged.map(({ id, heldOut }, i) => ({ snapshot: id, items: heldOut, uopen: String(amounts[i]) }));
  return { ...pools, contributors, bySnapshot, isRecorded };
}
