import type { GenerationExplanation } from "../../node/explain/index.ts";
import { formatOpen, pairs, table } from "../output.ts";

/** Units of a rarity: 2^-16 bits. */
const BITS = 65_536;

/** Both pools of a generator's request, one line a paid item. */
export function generationText(explanation: GenerationExplanation): string {
  const { requestId, model, answer, feeUopen, contributorsUopen, pools, heldOut, checks } = explanation;
  return [
    pairs([
      ["request", requestId],
      ["model", model],
      ["answer", answer],
      ["fee", formatOpen(BigInt(feeUopen))],
      ["contributors' part", formatOpen(BigInt(contributorsUopen))],
      ["by influence", formatOpen(BigInt(pools.influence))],
      ["by tokens", formatOpen(BigInt(pools.tokens))],
      ...heldOut.map(({ snapshot, items, uopen }): [string, string] => {
        return [`held out, ${snapshot}`, `${formatOpen(BigInt(uopen))} to ${items} items`];
      }),
    ]),
    "",
    "by influence",
    influenceTable(explanation),
    "",
    "by tokens",
    tokenTable(explanation),
    ...checks.map(({ name, holds }) => `${holds ? "yes" : "NO "}  ${name}`),
  ].join("\n");
}

function influenceTable({ rows }: GenerationExplanation): string {
  return table({
    head: ["contribution", "item", "checkpoint: query x row x dot", "score", "share", "capped", "recomputed", "paid"],
    rows: rows.map(({ contributionId, item, views, factors, weight, recomputed, paid }) => [
      ...[contributionId.slice(0, 12), item],
      views
        .map(({ checkpoint, queryScale, rowScale, dot }) => `${checkpoint}: ${queryScale} x ${rowScale} x ${dot}`)
        .join("\n"),
      ...[factors.score ?? "", percent(factors.share ?? "0"), percent(weight), recomputed, paid],
    ]),
    right: [1, 3, 4, 5, 6, 7],
  });
}

function tokenTable({ tokens }: GenerationExplanation): string {
  return table({
    head: ["contribution", "item", "piece", "bits", "share", "capped", "recomputed", "paid"],
    rows: tokens.map(({ contributionId, item, spans, credit, share, weight, recomputed, paid }) => [
      ...[contributionId.slice(0, 12), item, spans.map(({ text }) => JSON.stringify(text)).join("\n")],
      ...[(Number(credit) / BITS).toFixed(1), percent(share), percent(weight), recomputed, paid],
    ]),
    right: [1, 3, 4, 5, 6, 7],
  });
}

/** Units of 10^-18. */
function percent(weight: string): string {
  return `${(Number(BigInt(weight) / 10n ** 12n) / 10_000).toFixed(2)} %`;
}
