import { describe, expect, test } from "vitest";
import type { Role } from "./dealing.ts";
import { report } from "./report.ts";
import type { ContributorResult, DemoResult } from "./result.ts";

function contributor(
  name: string,
  role: Role,
  counts: readonly [number, number, number],
  paid: number,
): ContributorResult {
  const [submitted, accepted, owners] = counts;
  const paidPerAccepted = accepted === 0 ? 0 : paid / accepted;
  return {
    name,
    role,
    submitted,
    accepted,
    owners,
    heldOut: 0,
    ...{ paid: String(paid), flat: "0" },
    paidPerSubmitted: paid / submitted,
    paidPerAccepted,
  };
}

const RESULT: DemoResult = {
  chainId: "openledger-demo-1",
  height: 90,
  validators: [{ moniker: "val0", height: 90, appHash: "ab".repeat(32) }],
  snapshot: { items: 300, clusters: 200, heldOut: 20, root: "" },
  model: { testAccuracy: 0.875, heldOutAccuracy: 0.9, weightsHash: "", indexRoot: "" },
  claims: { settled: 9, refunded: 1, rejected: 0 },
  totals: {
    ...{ fees: "10000000", host: "2000000", burn: "600000", treasury: "600000", model: "2040000" },
    ...{ attestors: "1020000", contributors: "3230000", heldOut: "170000", curation: "340000", bounty: "0" },
  },
  contributors: [
    contributor("honest-1", "honest", [100, 95, 95], 2_000_000),
    contributor("honest-2", "honest", [100, 100, 98], 1_000_000),
    contributor("flooder", "flooder", [50, 50, 10], 200_000),
    contributor("junk-writer", "junk", [50, 10, 10], 20_000),
  ],
  attestations: [
    { moniker: "val0", accepted: 9, rejected: 0, abstained: 1, voided: 0 },
    { moniker: "val2", accepted: 0, rejected: 0, abstained: 0, voided: 10 },
    { moniker: "val3", accepted: 0, rejected: 0, abstained: 10, voided: 0 },
  ],
  explain: [{ requestId: "r", contributionId: "c", paid: "12", recomputed: "12" }],
  seconds: { network: 3, total: 60.5 },
};

describe("the table at the end", () => {
  const lines = report(RESULT).split("\n");
  const line = (name: string) => lines.find((text) => text.includes(name)) ?? "";

  test("default: pay is relative to the honest median, and the numbers say why", () => {
    expect(line("honest-1")).toMatch(/2 OPEN.*1\.33.*new items that shaped answers/);
    expect(line("flooder")).toMatch(/0\.2 OPEN.*0\.27.*80 % of the accepted repeat earlier items/);
    expect(line("junk-writer")).toMatch(/curators refused 80 %; new items earn 13 % of honest ones/);
  });

  test("default: parts of the fees, what validators did, and what was recomputed", () => {
    expect(line("Accuracy")).toBe("Accuracy of the model: 87.50 % on the test file, 90.00 % on held-out items.");
    expect(line("│ heldOut")).toMatch(/0\.17 OPEN.*1\.70 %/);
    expect(line("│ burn")).toMatch(/0\.6 OPEN.*6\.00 %/);
    expect(line("val2")).toContain("contradicted by its peers");
    expect(line("val3")).toContain("abstained: unpaid");
    expect(line("Recomputed")).toContain("12 = 12");
    expect(line("Seconds")).toBe("Seconds: network 3, total 60.5.");
  });
});
