import { Fee } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { describe, expect, test } from "vitest";
import { checkMinGasPrice, parseGasPrice, readFee } from "./fee.ts";

describe("gas prices", () => {
  test("are exact ratios", () => {
    expect(parseGasPrice("0.025uopen")).toEqual({ denom: "uopen", amount: 25n, per: 1_000n });
    expect(parseGasPrice("3uopen")).toEqual({ denom: "uopen", amount: 3n, per: 1n });
    for (const text of ["uopen", "0.025", ".5uopen", "1,5uopen", "-1uopen"]) {
      expect(() => parseGasPrice(text), text).toThrow("not a gas price such as 0.025uopen");
    }
  });

  test("round the fee up, and any one of several denominations pays", () => {
    const prices = ["0.025uopen", "2uatom"].map(parseGasPrice);
    const paid = (denom: string, amount: bigint) => () => checkMinGasPrice([{ denom, amount }], 101, prices);
    expect(paid("uopen", 3n)).not.toThrow();
    expect(paid("uopen", 2n)).toThrow("insufficient fees; got: 2uopen required: 3uopen,202uatom");
    expect(paid("uatom", 202n)).not.toThrow();
    expect(() => checkMinGasPrice([], 101, [])).not.toThrow();
  });
});

describe("readFee", () => {
  const fee = (patch: Partial<Fee>) => Fee.fromPartial({ gasLimit: 7n, ...patch });
  const options = { maxGas: 100, simulate: false };

  test("drops zero coins and bounds the gas limit", () => {
    const zero = [{ denom: "uopen", amount: "0" }];
    expect(readFee(fee({ amount: zero }), options)).toEqual({ gasLimit: 7, coins: [] });
    expect(() => readFee(fee({ gasLimit: 101n }), options)).toThrow("gas limit 101 is not between 1 and 100");
    expect(() => readFee(fee({ gasLimit: 0n }), options)).toThrow("invalid gas limit");
    expect(() => readFee(undefined, options)).toThrow("invalid gas limit");
    expect(() => readFee(fee({ gasLimit: 2n ** 63n }), { maxGas: -1, simulate: false })).toThrow("invalid gas limit");
    expect(() => readFee(fee({ granter: "open1" }), options)).toThrow("fee grants are not supported");
  });

  test("simulates with all the gas of a block", () => {
    expect(readFee(undefined, { maxGas: 100, simulate: true })).toEqual({ gasLimit: 100, coins: [] });
  });
});
