import type { SeededStream } from "../../bench/random.ts";

/** Words that mean much the same where these texts use them: what a paraphrase exchanges. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  card: ["bank card", "plastic"],
  money: ["funds", "cash"],
  account: ["profile", "balance sheet"],
  transfer: ["payment", "remittance"],
  payment: ["transaction", "transfer"],
  how: ["in what way", "by what means"],
  what: ["which thing", "precisely what"],
  why: ["for what reason", "how come"],
  can: ["could", "am I able to"],
  need: ["require", "want"],
  get: ["obtain", "receive"],
  help: ["assist", "support"],
  my: ["the", "our"],
  i: ["we", "one"],
  is: ["appears", "seems"],
  pending: ["outstanding", "unfinished"],
  charged: ["billed", "debited"],
  fee: ["charge", "cost"],
  top: ["fill", "load"],
  cash: ["notes", "money"],
  exchange: ["conversion", "swap"],
  rate: ["price", "ratio"],
  pin: ["passcode", "secret number"],
  lost: ["misplaced", "mislaid"],
  app: ["application", "program"],
  identity: ["person", "who I am"],
  refund: ["repayment", "reimbursement"],
  still: ["even now", "yet"],
  not: ["never", "in no way"],
  please: ["kindly", "if you would"],
};
const OPENERS = ["Hello, ", "Quick question: ", "Good day. ", "Hi team, ", "Sorry to ask, ", ""];
const CLOSERS = [" Thanks.", " Please advise.", " I hope you can tell me.", " Any idea?", ""];

const pick = <T>(values: readonly T[], stream: SeededStream): T => values[stream.below(values.length)]!;

/** Exchanges about every second known word, and adds an opening and an end. */
export function paraphrase(text: string, stream: SeededStream): string {
  const words = text.split(/\s+/).map((word) => {
    const [, bare = "", end = ""] = /^(.*?)([?.!,]*)$/.exec(word) ?? [];
    const others = SYNONYMS[bare.toLowerCase()];
    return others && stream.next() < 0.6 ? pick(others, stream) + end : word;
  });
  return `${pick(OPENERS, stream)}${words.join(" ")}${pick(CLOSERS, stream)}`;
}

/** A copy that a person sees at once: case, spaces, punctuation, one pair of letters. */
export function trivialEdit(text: string, copy: number, stream: SeededStream): string {
  const at = stream.below(Math.max(1, text.length - 1));
  const forms = [
    text,
    text.toUpperCase(),
    `${text}!`,
    `  ${text.replace(/ /g, "  ")}`,
    text.replace(/[?.!,]/g, ""),
    text.slice(0, at) + (text[at + 1] ?? "") + (text[at] ?? "") + text.slice(at + 2),
    `${text} ok`,
  ];
  return forms[copy % forms.length]!;
}

/** A few random words. */
export function junkText(words: readonly string[], stream: SeededStream): string {
  return Array.from({ length: 4 + stream.below(12) }, () => pick(words, stream)).join(" ");
}

export function unit(values: Float64Array): Float64Array {
  const norm = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return norm > 0 ? values.map((x) => x / norm) : values;
}

/** A unit vector at this cosine of a unit vector, in a seeded direction. */
export function atCosine(features: Float64Array, cosine: number, stream: SeededStream): Float64Array {
  const noise = Float64Array.from(features, () => stream.next() + stream.next() + stream.next() - 1.5);
  const along = noise.reduce((sum, x, k) => sum + x * features[k]!, 0);
  const rest = unit(noise.map((x, k) => x - along * features[k]!));
  const sine = Math.sqrt(1 - cosine * cosine);
  return features.map((x, k) => cosine * x + sine * rest[k]!);
}
