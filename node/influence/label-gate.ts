import { GATE_ONE } from "./types.ts";

/** Contradicted items are paid in full up to this many times the index's usual share of them. */
const ALLOWANCE = { numerator: 5n, denominator: 4n };
/** Past this many allowances the contribution's other items count less too. */
const TRUST = 3n;
const BYTE = 255;
const ONE = BigInt(GATE_ONE);

export const openOf = (judgement: number): number => judgement >> 8;
export const supportOf = (judgement: number): number => judgement & BYTE;

/** A contribution's confirmed and contradicted items, each item in 255 parts. */
interface Record {
  confirmed: number;
  contradicted: number;
}

const share = (part: bigint, whole: bigint) => (part >= whole ? ONE : (part * ONE) / whole);

/** What a contribution's record leaves of the contradicted and of the confirmed part of its items, uint16. */
function standingOfRecord(of: Record, all: Record): { contradicted: number; confirmed: number } {
  if (of.contradicted === 0 || all.confirmed === 0) return { contradicted: GATE_ONE, confirmed: GATE_ONE };
  const allowed = ALLOWANCE.numerator * BigInt(all.contradicted) * BigInt(of.confirmed);
  const used = ALLOWANCE.denominator * BigInt(all.confirmed) * BigInt(of.contradicted);
  return { contradicted: Number(share(allowed, used)), confirmed: Number(share(TRUST * allowed, used)) };
}

/**
 * Payout gates of all rows, uint16: gate x (confirmed part x trust + contradicted part x allowance). Heads of other
 * contributors contradict some right labels too, and these teach most; so a contribution is paid for contradicted items
 * in proportion to its confirmed ones. The allowance is linear in a contribution's items: to split it or to pool it with
 * others of the same quality changes nothing, to part good items from bad ones loses the bad ones.
 */
export function payGates(judgements: ArrayLike<number>, contributions: ArrayLike<number>): Uint16Array {
  const all: Record = { confirmed: 0, contradicted: 0 };
  const records = new Map<number, Record>();
  for (let i = 0; i < judgements.length; i++) {
    const of = records.get(contributions[i]!) ?? { confirmed: 0, contradicted: 0 };
    records.set(contributions[i]!, of);
    const support = supportOf(judgements[i]!);
    for (const record of [of, all]) {
      record.confirmed += support;
      record.contradicted += BYTE - support;
    }
  }
  const factors = new Map([...records].map(([contribution, of]) => [contribution, standingOfRecord(of, all)]));
  return Uint16Array.from({ length: judgements.length }, (_, i) => {
    const { confirmed, contradicted } = factors.get(contributions[i]!)!;
    const support = supportOf(judgements[i]!);
    const backed = support * confirmed + (BYTE - support) * contradicted;
    return Math.floor((openOf(judgements[i]!) * backed) / (BYTE * BYTE));
  });
}
