import { formatOpen, pairs, table } from "../output.ts";
import { citationsText } from "./cite-text.ts";
import type { Inference } from "./infer.ts";
import type { CitedInference } from "./infer-cited.ts";
import type { PaidItem } from "./payouts.ts";

/** One answer with where its words and its fee come from. */
export interface InferenceDetails {
  readonly payouts: readonly PaidItem[] | null;
  readonly cited: CitedInference | null;
}

const NO_DETAILS: InferenceDetails = { payouts: null, cited: null };
const SHOWN_CHARACTERS = 48;

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
  if (payouts && payouts.length > 0) parts.push(payoutsText(payouts));
  if (cited && !cited.agrees) parts.push("NOT what the chain paid: the token pool follows from other citations");
  return parts.join("\n\n");
}

/** Best paid first within each pool. */
function payoutsText(payouts: readonly PaidItem[]): string {
  const rows = payouts.map(({ pool, contributor, contribution, item, weight, amount }) => [
    ...[pool, contributor, `${contribution.slice(0, 12)}/${item}`],
    ...[`${(Number(weight) / 1e16).toFixed(2)} %`, formatOpen(BigInt(amount))],
  ]);
  return table({ head: ["pool", "contributor", "item", "share of pool", "paid"], rows, right: [3, 4] });
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();
