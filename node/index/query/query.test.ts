import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IndexError } from "../errors.ts";
import { compareDecimal, decimalText, leadingDecimal, wholeDecimal } from "./decimal.ts";
import { matches } from "./match.ts";
import { parseQuery } from "./parse.ts";

fc.configureGlobal({ seed: 7 });

const refusal = (text: string): string => {
  try {
    parseQuery(text);
    return "none";
  } catch (error) {
    return error instanceof IndexError ? error.message : `another error: ${error}`;
  }
};

describe("query language", () => {
  test("default", () => {
    expect(parseQuery("tm.event='Tx' AND tx.height>=5 AND a.b EXISTS AND c.d CONTAINS 'x y' AND n=-1.50")).toEqual([
      { key: "tm.event", op: "text", text: "Tx" },
      { key: "tx.height", op: ">=", number: { digits: 5n, scale: 0 } },
      { key: "a.b", op: "exists" },
      { key: "c.d", op: "contains", text: "x y" },
      { key: "n", op: "number", number: { digits: -15n, scale: 1 } },
    ]);
    expect(parseQuery("  a  =  'AND <= EXISTS'  ")).toEqual([{ key: "a", op: "text", text: "AND <= EXISTS" }]);
    expect(parseQuery("a=''")).toEqual([{ key: "a", op: "text", text: "" }]);
  });

  test("behavior: errors say where and what was expected", () => {
    expect(
      ["", "a", "a = ", "a = b", "a < 'x'", "a='x", "a='x' b='y'", "a='x' AND", "a CONTAINS 5", "= 5"].map(refusal),
    ).toMatchInlineSnapshot(`
        [
          "failed to parse query: offset 0: got the end, wanted a key such as message.sender",
          "failed to parse query: offset 1: got the end, wanted =, <, <=, >, >=, CONTAINS or EXISTS after a",
          "failed to parse query: offset 4: got the end, wanted a number or 'text' after a =",
          "failed to parse query: offset 4: got b, wanted a number or 'text' after a =",
          "failed to parse query: offset 4: got 'x', wanted a number after a <",
          "failed to parse query: offset 2: a quote is not closed",
          "failed to parse query: offset 6: got b, wanted AND or the end",
          "failed to parse query: offset 9: got the end, wanted a key such as message.sender",
          "failed to parse query: offset 11: got 5, wanted 'text' after CONTAINS",
          "failed to parse query: offset 0: got =, wanted a key such as message.sender",
        ]
      `);
    expect(refusal("a='x' AND ".repeat(40))).toMatch(/^query of 400 characters|offset/);
    expect(refusal(`a='${"x".repeat(600)}'`)).toBe("query of 604 characters: maximum query length is 512");
    expect(refusal(Array(17).fill("a=1").join(" AND "))).toBe(
      "failed to parse query: offset 0: 17 conditions, at most 16",
    );
  });

  test("any text is a query or refused", () => {
    const words = fc.constantFrom("a", "=", "<=", "'x'", "'", "AND", "EXISTS", "CONTAINS", "5", "1.5", " ", "DATE");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((list) => list.join(" ")),
        ),
        (text) => {
          expect(refusal(text)).toMatch(/^(none|failed to parse query: offset \d+: |query of)/);
        },
      ),
    );
  });
});

describe("numbers", () => {
  test("a number at the start of a text counts, with any unit after it", () => {
    expect(leadingDecimal("250uopen")).toEqual({ digits: 250n, scale: 0 });
    expect(leadingDecimal("-0.250x")).toEqual({ digits: -25n, scale: 2 });
    for (const text of ["", "uopen", "05", "1.2.3", "--1", ".5", "9".repeat(81)]) {
      expect(leadingDecimal(text)).toBeUndefined();
    }
    expect(wholeDecimal("250uopen")).toBeUndefined();
    expect(wholeDecimal("1e3")).toBeUndefined();
  });

  test("compare exactly at any size, and have one shortest spelling", () => {
    const big = (text: string) => leadingDecimal(text)!;
    expect(compareDecimal(big("9007199254740993"), big("9007199254740992.999"))).toBe(1);
    expect(compareDecimal(big("1.50"), big("1.5"))).toBe(0);
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(20));
    fc.assert(
      fc.property(number, number, ([a, i], [b, j]) => {
        const [left, right] = [
          { digits: a, scale: i },
          { digits: b, scale: j },
        ];
        const expected = a * 10n ** BigInt(j) - b * 10n ** BigInt(i);
        expect(Math.sign(compareDecimal(left, right))).toBe(expected < 0n ? -1 : expected > 0n ? 1 : 0);
        expect(compareDecimal(leadingDecimal(decimalText(left))!, left)).toBe(0);
      }),
    );
  });
});

describe("matching", () => {
  const attributes = new Map([
    ["transfer.amount", ["5uopen", "300uopen"]],
    ["message.sender", ["open1a", "open1b"]],
    ["message.memo", ["héllo", ""]],
  ]);
  const holds = (text: string) => matches(parseQuery(text), attributes);

  test("a condition holds when it does for some value of its key", () => {
    const yes = [
      "message.sender='open1b'",
      "transfer.amount > 299 AND transfer.amount < 6",
      "transfer.amount = 300",
      "transfer.amount >= 300 AND message.sender EXISTS",
      "message.memo CONTAINS 'éll'",
      "message.memo = ''",
    ];
    const no = [
      "message.sender='open1'",
      "transfer.amount > 300",
      "transfer.amount = '300'",
      "transfer.amount = 30",
      "message.sender > 1",
      "message.none EXISTS",
      "message.sender='open1a' AND message.none EXISTS",
    ];
    expect(yes.filter((text) => !holds(text))).toEqual([]);
    expect(no.filter(holds)).toEqual([]);
  });
});
