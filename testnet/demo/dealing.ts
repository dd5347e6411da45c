import { SeededStream, shuffled } from "./random.ts";

export type Role = "honest" | "flooder" | "random-labeller" | "junk" | "copycat";

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

export interface DealtItem extends LabelledText {
  /** What a careful reader would say: the label fits the text. */
  readonly good: boolean;
}

export interface Contributor {
  readonly name: string;
  readonly role: Role;
  readonly items: readonly DealtItem[];
}

export interface DealOptions {
  readonly seed: string;
  /** The eight honest contributors hold all rows. */
  readonly honestOnly: boolean;
}

const HONEST = 8;
const COPIES_OF_A_FLOOD = 5;
const JUNK_WORDS = { fewest: 4, range: 12 };

/** Words added around a copied text. */
const BEFORE = ["Please,", "Hello,", "Hi there,", "So,"];
const AFTER = ["Thanks", "please", "thank you", "now"];

/**
 * Deals N rows to twelve contributors, disjointly, in the order in which they commit: eight honest ones share 0.8 N; a
 * flooder has N/60, each five times with trivial edits; a random labeller N/12 with random labels; a junk writer N/12
 * strings of random words; a copycat N/12 items of the honest, half verbatim, half lightly edited.
 */
export function deal(rows: readonly LabelledText[], { seed, honestOnly }: DealOptions): Contributor[] {
  const order = shuffled(rows, `${seed}/rows`);
  const honestRows = honestOnly ? order : order.slice(0, Math.floor(0.8 * rows.length));
  const honest = Array.from({ length: HONEST }, (_, i): Contributor => {
    const items = honestRows.filter((_row, k) => k % HONEST === i).map((row) => ({ ...row, good: true }));
    return { name: `honest-${i + 1}`, role: "honest", items };
  });
  if (honestOnly) return honest;
  const few = Math.floor(rows.length / 60);
  const many = Math.floor(rows.length / 12);
  const rest = order.slice(honestRows.length);
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  return [
    ...honest,
    { name: "flooder", role: "flooder", items: flood(rest.slice(0, few), seed) },
    { name: "random-labeller", role: "random-labeller", items: relabel(rest.slice(few, few + many), labels, seed) },
    { name: "junk-writer", role: "junk", items: junk(many, { rows, labels }, seed) },
    { name: "copycat", role: "copycat", items: copies(many, honestRows, seed) },
  ];
}

/** The original, then four versions that a person would call the same text. */
function flood(originals: readonly LabelledText[], seed: string): DealtItem[] {
  const stream = new SeededStream(`${seed}/flood`);
  return originals.flatMap(({ text, label }) => {
    const edits = shuffled(TRIVIAL_EDITS, `${seed}/flood/${text}`).slice(0, COPIES_OF_A_FLOOD - 1);
    return [text, ...edits.map((edit) => edit(text, stream))].map((version) => ({ text: version, label, good: true }));
  });
}

type Edit = (text: string, stream: SeededStream) => string;

const TRIVIAL_EDITS: readonly Edit[] = [
  (text) => text.toUpperCase(),
  (text) => `${text}!`,
  (text) => text.replace(/ /g, "  "),
  (text) => text.replace(/[?.!,]/g, "") || text,
  (text, stream) => swapLetters(text, stream),
];

const LIGHT_EDITS: readonly Edit[] = [
  (text, stream) => swapLetters(text, stream),
  (text, stream) => `${stream.pick(BEFORE)} ${text}`,
  (text, stream) => `${text} ${stream.pick(AFTER)}`,
  (text, stream) => dropWord(text, stream),
];

function swapLetters(text: string, stream: SeededStream): string {
  const letters = [...text];
  const at = stream.below(Math.max(1, letters.length - 1));
  return [...letters.slice(0, at), letters[at + 1] ?? "", letters[at] ?? "", ...letters.slice(at + 2)].join("");
}

function dropWord(text: string, stream: SeededStream): string {
  const words = text.split(" ");
  if (words.length < 2) return text;
  words.splice(stream.below(words.length), 1);
  return words.join(" ");
}

function relabel(rows: readonly LabelledText[], labels: readonly string[], seed: string): DealtItem[] {
  const stream = new SeededStream(`${seed}/labels`);
  return rows.map(({ text, label: right }) => {
    const label = stream.pick(labels);
    return { text, label, good: label === right };
  });
}

interface Vocabulary {
  readonly rows: readonly LabelledText[];
  readonly labels: readonly string[];
}

function junk(count: number, { rows, labels }: Vocabulary, seed: string): DealtItem[] {
  const stream = new SeededStream(`${seed}/junk`);
  const words = [...new Set(rows.flatMap(({ text }) => text.split(/\s+/)))].filter((word) => word !== "");
  return Array.from({ length: count }, () => {
    const length = JUNK_WORDS.fewest + stream.below(JUNK_WORDS.range);
    const text = Array.from({ length }, () => stream.pick(words)).join(" ");
    return { text, label: stream.pick(labels), good: false };
  });
}

function copies(count: number, honest: readonly LabelledText[], seed: string): DealtItem[] {
  const stream = new SeededStream(`${seed}/copies`);
  return shuffled(honest, `${seed}/copied`)
    .slice(0, count)
    .map(({ text, label }, k) => ({
      text: k % 2 === 0 ? text : stream.pick(LIGHT_EDITS)(text, stream),
      label,
      good: true,
    }));
}
