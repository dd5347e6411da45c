import type { LabelledText } from "../bench/dataset.ts";
import { SeededStream, seededOrder } from "../bench/random.ts";

export type Role = "honest" | "flooder" | "random-labeller" | "junk" | "copycat";

export interface Contributor {
  readonly name: string;
  readonly role: Role;
  readonly items: readonly LabelledText[];
}

const HONEST = 8;
const COPIES_OF_A_FLOOD = 5;

/** Edits that a person would call the same question. */
const TRIVIAL_EDITS: readonly ((text: string, stream: SeededStream) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => `${text}!`,
  (text) => `  ${text.replace(/ /g, "  ")}`,
  (text) => text.replace(/[?.!,]/g, ""),
  (text, stream) => swapLetters(text, stream.below(Math.max(1, text.length - 1))),
];

/** What a copycat does: a typing error, a word more, a word less. */
const LIGHT_EDITS: readonly ((text: string, stream: SeededStream) => string)[] = [
  (text, stream) => swapLetters(text, stream.below(Math.max(1, text.length - 1))),
  (text) => `Please, ${text}`,
  (text) => `${text} Thanks`,
  (text, stream) => dropWord(text, stream),
  (text) => text.replace(/\bmy\b/i, "the"),
];

function swapLetters(text: string, at: number): string {
  return text.slice(0, at) + (text[at + 1] ?? "") + (text[at] ?? "") + text.slice(at + 2);
}

function dropWord(text: string, stream: SeededStream): string {
  const words = text.split(" ");
  words.splice(stream.below(words.length), 1);
  return words.join(" ");
}

function pick<T>(values: readonly T[], stream: SeededStream): T {
  return values[stream.below(values.length)]!;
}

function flood(originals: readonly LabelledText[], stream: SeededStream): LabelledText[] {
  return originals.flatMap((item) =>
    Array.from({ length: COPIES_OF_A_FLOOD }, (_, copy) => ({
      ...item,
      text: copy === 0 ? item.text : TRIVIAL_EDITS[(copy + stream.below(2)) % TRIVIAL_EDITS.length]!(item.text, stream),
    })),
  );
}

function junk(count: number, words: readonly string[], classes: number, stream: SeededStream): LabelledText[] {
  return Array.from({ length: count }, () => ({
    text: Array.from({ length: 4 + stream.below(12) }, () => pick(words, stream)).join(" "),
    label: stream.below(classes),
  }));
}

function copies(count: number, honest: readonly LabelledText[], stream: SeededStream, seed: string): LabelledText[] {
  const chosen = seededOrder(honest.length, `${seed}/copied`).slice(0, count);
  return chosen.map((i, k) => {
    const item = honest[i]!;
    return k % 2 === 0 ? item : { ...item, text: pick(LIGHT_EDITS, stream)(item.text, stream) };
  });
}

export interface DealOptions {
  readonly seed: number;
  readonly honestOnly?: boolean;
  /** The flooder submits its originals once: what its flood is measured against. */
  readonly floodOnce?: boolean;
}

/** The demo's dealing of N rows to twelve contributors, in commit order: the copycat comes last. */
export function deal(rows: readonly LabelledText[], classes: number, options: DealOptions): Contributor[] {
  const seed = `deal-${options.seed}`;
  const stream = (part: string) => new SeededStream(`${seed}/${part}`);
  const order = seededOrder(rows.length, `${seed}/rows`).map((i) => rows[i]!);
  const honestRows = options.honestOnly ? order : order.slice(0, Math.floor(0.8 * rows.length));
  const honest: Contributor[] = Array.from({ length: HONEST }, (_, i) => ({
    name: `honest-${i + 1}`,
    role: "honest",
    items: honestRows.filter((_, k) => k % HONEST === i),
  }));
  if (options.honestOnly) return honest;
  const rest = order.slice(honestRows.length);
  const few = Math.floor(rows.length / 60);
  const many = Math.floor(rows.length / 12);
  const words = [...new Set(rows.flatMap(({ text }) => text.split(/\s+/)))];
  const originals = rest.slice(0, few);
  const labeller = stream("labels");
  const relabelled = rest.slice(few, few + many).map((item) => ({ ...item, label: labeller.below(classes) }));
  return [
    ...honest,
    { name: "flooder", role: "flooder", items: options.floodOnce ? originals : flood(originals, stream("flood")) },
    { name: "random-labeller", role: "random-labeller", items: relabelled },
    { name: "junk", role: "junk", items: junk(many, words, classes, stream("junk")) },
    { name: "copycat", role: "copycat", items: copies(many, honestRows, stream("copies"), seed) },
  ];
}

const CURATORS = 7;
const ADMIT_BAD = 0.3;
const REFUSE_GOOD = 0.05;

/** Majority of seven curators who err as the demo's do. Only labels and texts are judged: a copy reads as good. */
export function curated(contributor: Contributor, seed: number): boolean[] {
  const stream = new SeededStream(`curate-${seed}-${contributor.name}`);
  const good = contributor.role !== "random-labeller" && contributor.role !== "junk";
  return contributor.items.map(() => {
    let votes = 0;
    for (let curator = 0; curator < CURATORS; curator++) {
      if (stream.next() < (good ? 1 - REFUSE_GOOD : ADMIT_BAD)) votes++;
    }
    return 2 * votes > CURATORS;
  });
}
