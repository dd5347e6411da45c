import { expect, test } from "vitest";
import type { Inference } from "./infer.ts";
import { inferencesText } from "./infer-text.ts";
import type { PaidItem, Payouts } from "./payouts.ts";

const ONE = 10n ** 18n;
const ASKED: Inference = {
  ...{
    request: "43a068ef0123",
    text: "Winter apples",
    status: "settled",
    fee: "146000",
    label: null,
    confidence: null,
  },
  generated: { text: " taste of straw", tokens: [5, 6, 7, 0], tokensIn: 3 },
};
const CONTRIBUTION = "7d353f7e9a1b2c3d";
const ITEMS: readonly PaidItem[] = [
  { pool: "influence", contributor: "open1bob", contribution: CONTRIBUTION, item: 4, weight: ONE / 5n, amount: "5600" },
  { pool: "tokens", contributor: "open1cat", contribution: CONTRIBUTION, item: 5, weight: ONE, amount: "12000" },
];

const PAYOUTS: Payouts = { pools: { influence: "28000", tokens: "12000", heldOut: "2000" }, items: ITEMS };

test("an answer is shown with its question, and everybody who is paid for it by pool", () => {
  expect(inferencesText([ASKED], { payouts: PAYOUTS, cited: null })).toMatchInlineSnapshot(`
    "request: 43a068ef0123
    status:  settled
    tokens:  3 in, 4 out
    fee:     0.146 OPEN

    Winter apples taste of straw

    ┌───────────┬─────────────┬────────────────┬───────────────┬─────────────┐
    │ pool      │ contributor │ item           │ share of pool │        paid │
    ├───────────┼─────────────┼────────────────┼───────────────┼─────────────┤
    │ influence │ open1bob    │ 7d353f7e9a1b/4 │       20.00 % │ 0.0056 OPEN │
    │ tokens    │ open1cat    │ 7d353f7e9a1b/5 │      100.00 % │  0.012 OPEN │
    └───────────┴─────────────┴────────────────┴───────────────┴─────────────┘
    influence pool: 0.028 OPEN
    token pool:     0.012 OPEN
    held-out items: 0.002 OPEN"
  `);
});

test("of many paid items the best of each pool are shown, and what the others got", () => {
  const many = Array.from({ length: 10 }, (_, i) => ({ ...ITEMS[0]!, item: i, weight: ONE / 10n, amount: "100" }));
  const lines = inferencesText([ASKED], { payouts: { ...PAYOUTS, items: [...many, ITEMS[1]!] }, cited: null });
  expect(lines.match(/influence .*open1bob/g)).toHaveLength(8);
  expect(lines).toMatch(/influence +│ 2 more +│ +│ +20\.00 % │ +0\.0002 OPEN/);
  expect(lines).toMatch(/tokens +│ open1cat/);
});

test("several answers are a table, of labels and texts alike", () => {
  const label: Inference = { ...ASKED, text: "My brakes squeal", generated: null, label: "brakes", confidence: 0.871 };
  const long: Inference = { ...ASKED, generated: { ...ASKED.generated!, text: `one\ntwo ${"x".repeat(80)}` } };
  expect(inferencesText([label, long])).toMatchInlineSnapshot(`
    "┌──────────────┬──────────────────┬─────────┬──────────────────────────────────────────────────┬────────────┬────────────┐
    │ request      │ question         │ status  │ answer                                           │ confidence │        fee │
    ├──────────────┼──────────────────┼─────────┼──────────────────────────────────────────────────┼────────────┼────────────┤
    │ 43a068ef0123 │ My brakes squeal │ settled │ brakes                                           │     87.1 % │ 0.146 OPEN │
    │ 43a068ef0123 │ Winter apples    │ settled │ one two xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… │            │ 0.146 OPEN │
    └──────────────┴──────────────────┴─────────┴──────────────────────────────────────────────────┴────────────┴────────────┘"
  `);
});
