import { parseAmount } from "../../chain/app/coins.ts";
import type { Params } from "../../proto/gen/openledger/datanet/v1.ts";

/**
 * Bond of the next commitment in a window that holds `queue` of them, in the smallest unit of the coin:
 * b0 (1 + queue/q*)^2 rounded down, b0 = `contribution_bond`, q* = `queue_target`. It grows with the queue, so that
 * whoever fills a window pays for the places it takes from others.
 */
export function bondAt({ contributionBond, queueTarget }: Params, queue: number): bigint {
  const target = BigInt(queueTarget);
  const load = target + BigInt(queue);
  return (parseAmount(contributionBond) * load * load) / (target * target);
}
