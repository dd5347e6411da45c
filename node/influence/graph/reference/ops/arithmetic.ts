import { isFloat } from "../../tensor.ts";
import { broadcastAll, type Call, input, int, type Operator, refusal } from "../call.ts";
import { binary, signedUnary, unary, variadic } from "../elementwise.ts";
import { pow } from "../math/power.ts";
import { allocate } from "../tensors.ts";

/** NaN wins, as in IEEE 754-2019 maximum. */
const larger = {
  real: (a: number, b: number) => (a > b || Number.isNaN(a) ? a : b),
  small: (a: number, b: number) => (a > b ? a : b),
  int64: (a: bigint, b: bigint) => (a > b ? a : b),
};

const smaller = {
  real: (a: number, b: number) => (a < b || Number.isNaN(a) ? a : b),
  small: (a: number, b: number) => (a < b ? a : b),
  int64: (a: bigint, b: bigint) => (a < b ? a : b),
};

/** Integer division truncates towards zero; by zero it is undefined elsewhere, so the graph is refused. */
function divide(call: Call): ReturnType<Operator> {
  const nonZero = <T extends number | bigint>(b: T): T => {
    if (Number(b) === 0) throw refusal(call, "not-finite", "an integer is divided by zero");
    return b;
  };
  return binary({
    real: (a, b) => a / b,
    small: (a, b) => Math.trunc(a / nonZero(b)),
    int64: (a, b) => a / nonZero(b),
  })(call);
}

/** fmod = 1: the sign of the dividend, as C's fmod; else that of the divisor, for integers. */
function mod(call: Call): ReturnType<Operator> {
  const isFmod = int(call, "fmod", 0) !== 0;
  const check = <T extends number | bigint>(b: T): T => {
    if (Number(b) === 0) throw refusal(call, "not-finite", "an integer modulo zero");
    return b;
  };
  const small = (a: number, b: number) => {
    const rest = a % check(b);
    return isFmod || rest === 0 || rest < 0 === b < 0 ? rest : rest + b;
  };
  const int64 = (a: bigint, b: bigint) => {
    const rest = a % check(b);
    return isFmod || rest === 0n || rest < 0n === b < 0n ? rest : rest + b;
  };
  return binary({ ...(isFmod ? { real: (a: number, b: number) => a % b } : {}), small, int64 })(call);
}

/** The result has the base's type; the exponent may have another. */
function power(call: Call): ReturnType<Operator> {
  const [base, exponent] = broadcastAll(call, [input(call, 0), input(call, 1)]) as [
    ReturnType<typeof input>,
    ReturnType<typeof input>,
  ];
  const { dtype, dims } = base;
  if (!isFloat(dtype) && dtype !== "int64" && dtype !== "int32") {
    throw refusal(call, "unsupported-type", `${dtype} is not supported`);
  }
  const out = allocate(dtype, base.data.length);
  for (let i = 0; i < out.length; i++) {
    const value = pow(Number(base.data[i]), Number(exponent.data[i]));
    if (out instanceof BigInt64Array) out[i] = wholeOf(call, value);
    else out[i] = value;
  }
  return [{ dtype, dims, data: out }];
}

function wholeOf(call: Call, value: number): bigint {
  const whole = Math.trunc(value);
  if (!Number.isSafeInteger(whole)) throw refusal(call, "not-finite", "an integer power is beyond 2^53");
  return BigInt(whole);
}

/** 0 and NaN keep their value. */
const sign = signedUnary(
  (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : x),
  (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
);

export const ARITHMETIC: Readonly<Record<string, Operator>> = {
  Add: binary({ real: (a, b) => a + b, small: (a, b) => a + b, int64: (a, b) => a + b }),
  Sub: binary({ real: (a, b) => a - b, small: (a, b) => a - b, int64: (a, b) => a - b }),
  Mul: binary({ real: (a, b) => a * b, small: Math.imul, int64: (a, b) => a * b }),
  Div: divide,
  Mod: mod,
  Pow: power,
  Max: variadic(larger),
  Min: variadic(smaller),
  Neg: signedUnary(
    (x) => -x,
    (x) => -x,
  ),
  Abs: signedUnary(Math.abs, (x) => (x < 0n ? -x : x)),
  Sign: sign,
  Reciprocal: unary((x) => 1 / x),
  Sqrt: unary(Math.sqrt),
};
