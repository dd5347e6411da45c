import { formatOpen, pairs, table } from "../output.ts";
import { citationsText } from "./cite-text.ts";
import type { Inference } from "./infer.ts";
import type { CitedInference } from "./infer-cited.ts";
import { itemName, type PaidItem, type Payouts } from "./payouts.ts";

/** One answer with where its words and its fee come from. */
export interface InferenceDetails {
  readonly payouts: Payouts | null;
  readonly cited: CitedInference | null;
}

const NO_DETAILS: InferenceDetails = { payouts: null, cited: null };
const SHOWN_CHARACTERS = 48;
/** Of each pool; JSON has them all. */
const SHOWN_ITEMS = 8;

const shortened = (text: string) => (text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text);
const percent = (share: number | null) => (share === null ? "" : `${(100 * share).toFixed(1)} %`);
const answerOf = ({ label, generated }: Inference) => label ?? generated?.text ?? null;

/** Answers for people: one in full, several as a table. */
export function inferencesText(inferences: readonly Inference[], details: InferenceDetails = NO_DETAILS): string {
  const [only] = inferences;
  if (only && inferences.length === 1) return inferenceText(only, details);
  const rows = inferences.map((inference) => [
    ...[inference.request.slice(0, 12), shortened(inference.text), inference.status],
    ...[shortened(oneLine(answerOf(inference) ?? "-")), percent(inference.confidence)],
    formatOpen(BigInt(inference.fee)),
  ]);
  return table({ head: ["request", "question", "status", "answer", "confidence", "fee"], rows, right: [4, 5] });
}

function inferenceText(inference: Inference, { payouts, cited }: InferenceDetails): string {
  const { request, status, label, confidence, generated, fee } = inference;
  const lines: (readonly [string, string | number])[] = [
    ["request", request],
    ["status", status],
  ];
  if (generated) lines.push(["tokens", `${generated.tokensIn} in, ${generated.tokens.length} out`]);
  else lines.push(["answer", label ?? "-"], ["confidence", percent(confidence)]);
  lines.push(["fee", formatOpen(BigInt(fee))]);
  const parts = [pairs(lines)];
  if (generated) parts.push(inference.text + (cited?.marked ?? generated.text));
  if (cited && cited.spans.length > 0) parts.push(citationsText(cited.spans));
  if (payouts) parts.push(payoutsText(payouts));
  if (cited && !cited.agrees) parts.push("NOT what the chain paid: the token pool follows from other citations");
  return parts.join("\n\n");
}

/** The best paid items of each pool, and what else there is. */
function payoutsText({ pools, items }: Payouts): string {
  const { influence, tokens, heldOut } = pools;
  const of = (pool: PaidItem["pool"]) => items.filter((paid) => paid.pool === pool);
  const rows = [...poolRows(of("influence")), ...poolRows(of("tokens"))];
  const parts = pairs([
    ["influence pool", formatOpen(BigInt(influence))],
    ["token pool", formatOpen(BigInt(tokens))],
    ["held-out items", formatOpen(BigInt(heldOut))],
  ]);
  if (rows.length === 0) return parts;
  return `${table({ head: ["pool", "contributor", "item", "share of pool", "paid"], rows, right: [3, 4] })}\n${parts}`;
}

function poolRows(items: readonly PaidItem[]): string[][] {
  const rows = items.slice(0, SHOWN_ITEMS).map(({ pool, contributor, weight, amount, ...item }) => {
    return [pool, contributor, itemName(item), share(weight), formatOpen(BigInt(amount))];
  });
  const rest = items.slice(SHOWN_ITEMS);
  const [first] = rest;
  if (!first) return rows;
  const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);
  const weight = sum(rest.map((paid) => paid.weight));
  const amount = sum(rest.map((paid) => BigInt(paid.amount)));
  return [...rows, [first.pool, `${rest.length} more`, "", share(weight), formatOpen(amount)]];
}

const share = (weight: bigint) => `${(Number(weight) / 1e16).toFixed(2)} %`;
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();
