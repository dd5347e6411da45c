import type { DealtItem } from "./dealing.ts";
import { fraction } from "./random.ts";

export const CURATORS = 7;

/** How often a curator errs: a bad item gets in, a good one is refused. */
export const ADMIT_BAD = 0.3;
export const REFUSE_GOOD = 0.05;

/** What this curator says about an item: a function of (seed, curator, item), so that two runs agree. */
export function judges(
  item: Pick<DealtItem, "good">,
  place: { readonly seed: string; readonly curator: string; readonly contributor: string; readonly index: number },
): boolean {
  const { seed, curator, contributor, index } = place;
  const draw = fraction(`${seed}/${curator}/${contributor}/${index}`);
  return draw < (item.good ? 1 - REFUSE_GOOD : ADMIT_BAD);
}
