import type { SeededStream } from "../../bench/random.ts";
import { ACCOUNTS, ATTACKER, account } from "./accounts.ts";
import { junkText, trivialEdit } from "./edits.ts";
import type { Passage } from "./generator-world.ts";
import { rewritten, shuffledWords, splice, template } from "./passage-edits.ts";

/** A prompt and what the attack-free model said to it. */
export interface Answered {
  readonly prompt: string;
  readonly answer: string;
}

/** What an attacker of a generator knows and owns. */
export interface GeneratorScene {
  /** The attacker's own honest passages: what `fair` is the pay of. */
  readonly own: readonly Passage[];
  readonly honest: readonly Passage[];
  /** Honest passages, best paid first, as a former round showed them. */
  readonly bestPaid: readonly number[];
  /** Prompts paid in a former round, public once its submissions had closed, and those that will be paid. */
  readonly former: readonly Answered[];
  readonly prompts: readonly Answered[];
  /** Distinct words of the honest passages. */
  readonly words: readonly string[];
}

export interface GeneratorAttack {
  readonly name: string;
  readonly about: string;
  /** What the attacker submits in place of the own passages, after all honest ones. */
  items(scene: GeneratorScene, stream: SeededStream): Passage[];
}

const COPIES = 5;
/** Shares of the words that a paraphrase replaces. */
const CLOSE = 0.3;
const LOOSE = 0.55;
/** Splices take halves of this many of the best paid passages. */
const SPLICED = 40;

const by = (contributor: string, text: string): Passage => ({ contributor, text });

/** Every own passage five times: as it is, and four versions. */
function versions({ own }: GeneratorScene, make: (text: string, copy: number) => Passage): Passage[] {
  return own.flatMap(({ text }) => Array.from({ length: COPIES }, (_, copy) => make(text, copy)));
}

/** Every own passage and four versions with a share of the words replaced, from the accounts that `who` gives. */
const paraphrases = (scene: GeneratorScene, stream: SeededStream, share: number, who: (copy: number) => string) =>
  versions(scene, (text, copy) => by(who(copy), copy === 0 ? text : rewritten(text, share, scene.words, stream)));

const bestOf = ({ honest, bestPaid }: GeneratorScene, i: number) => honest[bestPaid[i % bestPaid.length]!]!.text;

const squatted = ({ own }: GeneratorScene, answered: readonly Answered[]) =>
  own.map((_, i) => {
    const { prompt, answer } = answered[i % answered.length]!;
    return by(ATTACKER, `${prompt}${answer}`);
  });

export const GENERATOR_ATTACKS: readonly GeneratorAttack[] = [
  {
    name: "junk",
    about: "random words of the others' passages",
    items: ({ own, words }, stream) => own.map(() => by(ATTACKER, junkText(words, stream))),
  },
  {
    name: "shuffled-words",
    about: "own passages with their words in random order",
    items: ({ own }, stream) => own.map(({ text }) => by(ATTACKER, shuffledWords(text, stream))),
  },
  {
    name: "self-duplicates-x5",
    about: "every own passage five times, lightly edited",
    items: (scene, stream) => versions(scene, (text, copy) => by(ATTACKER, trivialEdit(text, copy, stream))),
  },
  {
    name: "paraphrase-x5",
    about: "every own passage and four versions with three words in ten replaced",
    items: (scene, stream) => paraphrases(scene, stream, CLOSE, () => ATTACKER),
  },
  {
    name: "paraphrase-x5-sybils",
    about: "the same, every version from an account of its own",
    items: (scene, stream) => paraphrases(scene, stream, CLOSE, account),
  },
  {
    name: "copies-of-others",
    about: "light edits of the best paid honest passages",
    items: (scene, stream) => scene.own.map((_, i) => by(ATTACKER, trivialEdit(bestOf(scene, i), i, stream))),
  },
  {
    name: "paraphrases-of-others",
    about: "the best paid honest passages with three words in ten replaced",
    items: (scene, stream) =>
      scene.own.map((_, i) => by(ATTACKER, rewritten(bestOf(scene, i), CLOSE, scene.words, stream))),
  },
  {
    name: "sybil-split",
    about: `own passages from ${ACCOUNTS} accounts`,
    items: ({ own }) => own.map(({ text }, i) => by(account(i), text)),
  },
  {
    name: "prompt-squatting",
    about: "prompts that were paid in a former round, each with what the model said to it",
    items: (scene) => squatted(scene, scene.former),
  },
  {
    name: "adaptive-leaked-prompts",
    about: "the very prompts that will be paid, each with what the model said to it before",
    items: (scene) => squatted(scene, scene.prompts),
  },
  {
    name: "adaptive-template-junk",
    about: "honest passages with every word replaced by another, their marks and capitals kept: looks like order",
    items: (scene, stream) =>
      scene.own.map((_, i) => by(account(i % 2), template(bestOf(scene, i), scene.words, stream))),
  },
  {
    name: "adaptive-loose-paraphrases",
    about: "every own passage and four versions with more than half of the words replaced, from five accounts",
    items: (scene, stream) => paraphrases(scene, stream, LOOSE, account),
  },
  {
    name: "adaptive-splices",
    about: "halves of two of the best paid honest passages, five for every own passage",
    items: (scene, stream) =>
      versions(scene, (_, copy) =>
        by(account(copy), splice(bestOf(scene, stream.below(SPLICED)), bestOf(scene, stream.below(SPLICED)))),
      ),
  },
];
