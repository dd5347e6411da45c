import { powerOfTwo } from "../../../exact-math.ts";

/** pi / 2 in three parts of 33 bits each and a rest: k times a part is exact for k < 2^20. */
const PARTS = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;
/** Up to here three parts leave an error under 2^-60; larger arguments are reduced in integers. */
const DIRECT_LIMIT = 2 ** 19;
/** Bits of pi after the point: 1,024 of the largest exponent, 53 of the mantissa, 64 to spare. */
const PI_BITS = 1200n;

/** 1/17!, -1/15!, ... -1/3! and -1/18!, ... -1/2!, for |r| <= pi / 4. */
const SIN_TERMS = signed([17, 15, 13, 11, 9, 7, 5, 3]);
const COS_TERMS = signed([18, 16, 14, 12, 10, 8, 6, 4]);

function signed(orders: readonly number[]): number[] {
  return orders.map((n) => {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return (Math.floor(n / 2) % 2 === 0 ? 1 : -1) / factorial;
  });
}

/** arctan(1 / n) 2^bits, rounded down at each term. */
function arctanOfInverse(n: bigint, bits: bigint): bigint {
  let power = (1n << bits) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? power : -power) / k;
    power /= n * n;
  }
  return sum;
}

let halfPiBits: bigint | undefined;

/** pi / 2 2^PI_BITS by Machin's formula. */
function halfPi(): bigint {
  const guard = 32n;
  halfPiBits ??= (2n * (4n * arctanOfInverse(5n, PI_BITS + guard) - arctanOfInverse(239n, PI_BITS + guard))) >> guard;
  return halfPiBits;
}

interface Reduced {
  /** Quarter turns modulo 4. */
  readonly quadrant: number;
  readonly high: number;
  /** What `high` lacks. */
  readonly low: number;
}

/** x 2^PI_BITS for x >= DIRECT_LIMIT, whose last bit is 2^-33 or more. */
function inUnits(x: number): bigint {
  const fraction = 33n;
  return x < 2 ** 53 ? BigInt(x * 2 ** 33) << (PI_BITS - fraction) : BigInt(x) << PI_BITS;
}

/** The leading 53 bits of a number of 2^-PI_BITS units, and the units that they leave out. */
function leading(units: bigint): { readonly value: number; readonly rest: bigint } {
  const bits = (units < 0n ? -units : units).toString(2).length;
  const shift = BigInt(Math.max(0, bits - 53));
  const head = units >> shift;
  return { value: Number(head) * powerOfTwo(Number(shift - PI_BITS)), rest: units - (head << shift) };
}

/** x >= DIRECT_LIMIT modulo pi/2 in exact integers. */
function reduceLarge(x: number): Reduced {
  const scaled = inUnits(x);
  const turn = halfPi();
  const quarters = (2n * scaled + turn) / (2n * turn);
  const high = leading(scaled - quarters * turn);
  return { quadrant: Number(quarters & 3n), high: high.value, low: leading(high.rest).value };
}

function reduce(x: number): Reduced {
  if (x >= DIRECT_LIMIT) return reduceLarge(x);
  const k = Math.floor(x * (2 / Math.PI) + 0.5);
  const first = x - k * PARTS[0];
  const second = k * PARTS[1];
  const third = k * PARTS[2];
  const sum = first - second;
  const lost = first - sum - second;
  const high = sum + (lost - third);
  return { quadrant: k % 4, high, low: sum - high + (lost - third) - k * PARTS[3] };
}

function sinOf({ high, low }: Reduced): number {
  const z = high * high;
  let sum = SIN_TERMS[0]!;
  for (let i = 1; i < SIN_TERMS.length; i++) sum = sum * z + SIN_TERMS[i]!;
  return high + (low * (1 - z / 2) + high * z * sum);
}

function cosOf({ high, low }: Reduced): number {
  const z = high * high;
  let sum = COS_TERMS[0]!;
  for (let i = 1; i < COS_TERMS.length; i++) sum = sum * z + COS_TERMS[i]!;
  const half = z / 2;
  const main = 1 - half;
  return main + (1 - main - half + (z * z * sum - high * low));
}

/** sin for quadrant 0, cos for 1, then their negatives. */
function turned(reduced: Reduced, quadrant: number): number {
  const value = quadrant % 2 === 0 ? sinOf(reduced) : cosOf(reduced);
  return quadrant < 2 ? value : -value;
}

/** sin x, x in radians; NaN for infinities. Within 2 ulp. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (x === 0) return x;
  const reduced = reduce(Math.abs(x));
  const value = turned(reduced, reduced.quadrant);
  return x < 0 ? -value : value;
}

/** cos x, x in radians; NaN for infinities. Within 2 ulp. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const reduced = reduce(Math.abs(x));
  return turned(reduced, (reduced.quadrant + 1) % 4);
}
