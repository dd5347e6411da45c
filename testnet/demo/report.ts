import { formatOpen, table } from "../../cli/output.ts";
import type { ContributorResult, DemoResult } from "./result.ts";

/** What a person reads at the end: who earned what, and why. */
export function report(result: DemoResult): string {
  const { claims, snapshot, model, seconds } = result;
  const percent = (share: number | null) => (share === null ? "-" : `${(100 * share).toFixed(2)} %`);
  return [
    `Snapshot: ${snapshot.items} accepted items in ${snapshot.clusters} clusters, ${snapshot.heldOut} of them held out by the beacon.`,
    `Accuracy of the model: ${percent(model.testAccuracy)} on the test file, ${percent(model.heldOutAccuracy)} on held-out items.`,
    `Inferences: ${claims.settled} settled, ${claims.refunded} refunded, ${claims.rejected} rejected.`,
    "",
    "Contributors (pay per submitted item relative to the honest median)",
    contributorTable(result.contributors),
    "",
    "Where the fees went",
    feeTable(result),
    "",
    "Validators over all claims",
    validatorTable(result),
    "",
    `Application hash ${result.validators[0]?.appHash} at height ${result.height} on all ${result.validators.length} nodes.`,
    `Recomputed payments: ${result.explain.map(({ paid, recomputed }) => `${paid} = ${recomputed}`).join(", ")} (uopen).`,
    `Seconds: ${Object.entries(seconds)
      .map(([stage, value]) => `${stage} ${value}`)
      .join(", ")}.`,
  ].join("\n");
}

function contributorTable(contributors: readonly ContributorResult[]): string {
  const base = honestMedian(contributors);
  const rows = contributors.map((contributor) => {
    const { name, submitted, accepted, owners, heldOut, paid, paidPerSubmitted } = contributor;
    const relative = base > 0 ? (paidPerSubmitted / base).toFixed(2) : "-";
    const counts = [name, submitted, accepted, owners, heldOut];
    return [...counts, formatOpen(BigInt(paid)), relative, reasonOf(contributor, contributors)];
  });
  return table({
    head: ["contributor", "items", "accepted", "new", "held out", "paid", "relative", "why"],
    rows,
    right: [1, 2, 3, 4, 5, 6],
  });
}

function honestMedian(
  contributors: readonly ContributorResult[],
  pay = (c: ContributorResult) => c.paidPerSubmitted,
): number {
  const sorted = contributors
    .filter(({ role }) => role === "honest")
    .map(pay)
    .sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Each step at which items stopped earning, from the numbers alone. */
function reasonOf({ submitted, accepted, owners, paid }: ContributorResult, all: readonly ContributorResult[]): string {
  const percent = (part: number, whole: number) => `${Math.round((100 * part) / Math.max(1, whole))} %`;
  const reasons: string[] = [];
  if (accepted < 0.9 * submitted) reasons.push(`curators refused ${percent(submitted - accepted, submitted)}`);
  if (owners < 0.9 * accepted)
    reasons.push(`${percent(accepted - owners, accepted)} of the accepted repeat earlier items`);
  const perOwner = owners === 0 ? 0 : Number(paid) / owners;
  const base = honestMedian(all, (c) => Number(c.paid) / Math.max(1, c.owners));
  if (base > 0 && owners > 0 && perOwner < 0.5 * base)
    reasons.push(`new items earn ${percent(perOwner, base)} of honest ones`);
  return reasons.length === 0 ? "new items that shaped answers" : reasons.join("; ");
}

function feeTable({ totals }: DemoResult): string {
  const fees = Number(totals.fees);
  const rows = Object.entries(totals).map(([part, amount]) => [
    part,
    formatOpen(BigInt(amount)),
    fees > 0 ? `${((100 * Number(amount)) / fees).toFixed(2)} %` : "-",
  ]);
  return table({ head: ["part", "amount", "of fees"], rows, right: [1, 2] });
}

function validatorTable({ attestations }: DemoResult): string {
  const rows = attestations.map(({ moniker, accepted, rejected, abstained, voided }) => [
    ...[moniker, accepted, rejected, abstained, voided],
    voided > accepted + rejected
      ? "sketches contradicted by its peers: unpaid"
      : accepted === 0
        ? "abstained: unpaid"
        : "paid",
  ]);
  return table({ head: ["validator", "accepted", "rejected", "abstained", "voided", ""], rows, right: [1, 2, 3, 4] });
}
