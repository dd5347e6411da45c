import { encodeText } from "../../../node/influence/encoder.ts";
import { SeededStream } from "../../bench/random.ts";
import { ACCOUNTS, ATTACKER, account } from "./accounts.ts";
import { atCosine, junkText, paraphrase, trivialEdit, unit } from "./edits.ts";
import type { WorldItem } from "./world.ts";

interface Question {
  readonly text: string | undefined;
  readonly features: Float64Array;
  readonly label: number;
}

/** What an attacker knows and owns. */
export interface AttackScene {
  /** The attacker's own honest items: what `fair` is the pay of. */
  readonly own: readonly WorldItem[];
  readonly honest: readonly WorldItem[];
  /** Honest items, best paid first, as a former round showed them. */
  readonly bestPaid: readonly number[];
  /** Questions paid in a former round: public once its submissions had closed. */
  readonly former: readonly Question[];
  /** The questions that will be paid, with the answers they should get: known only where they leaked. */
  readonly questions: readonly Question[];
  readonly classes: number;
  /** classes x dims, of the attack-free model. */
  readonly weights: Float64Array;
  readonly seed: number;
}

export interface AttackKind {
  readonly name: string;
  readonly about: string;
  /** Works on texts: absent from runs on numeric data. */
  readonly needsText?: boolean;
  /** What the attacker submits in place of the own items, after all honest ones. */
  items(scene: AttackScene, stream: SeededStream): WorldItem[];
}

/** Just below the thresholds of look-alikes of texts: 0.85 in embedding space, 0.80 in gradient space. */
const OUTSIDE = 0.79;
const NOISY = 0.9;
const STEP = 0.9;

const fromText = (contributor: string, text: string, label: number): WorldItem => ({
  ...{ contributor, text, label },
  features: encodeText(text),
});
const fromFeatures = (contributor: string, features: Float64Array, label: number): WorldItem => ({
  ...{ contributor, label, features: unit(features) },
  text: undefined,
});

function logitsOf({ weights, classes }: AttackScene, features: Float64Array): Float64Array {
  const dims = features.length;
  return Float64Array.from({ length: classes }, (_, c) => {
    let sum = 0;
    for (let k = 0; k < dims; k++) sum += weights[c * dims + k]! * features[k]!;
    return sum;
  });
}

/** The likeliest class that is not the right one. */
function runnerUp(scene: AttackScene, { features, label }: WorldItem): number {
  const logits = logitsOf(scene, features);
  let best = label === 0 ? 1 : 0;
  for (const [c, value] of logits.entries()) if (c !== label && value > logits[best]!) best = c;
  return best;
}

/** Moved toward the likeliest wrong class as far as a step goes: large residual, same label. */
function fastGradientStep(scene: AttackScene, item: WorldItem): Float64Array {
  const dims = item.features.length;
  const wrong = runnerUp(scene, item);
  const slope = Float64Array.from(
    { length: dims },
    (_, k) => scene.weights[wrong * dims + k]! - scene.weights[item.label * dims + k]!,
  );
  const signs = slope.map((x) => Math.sign(x) / Math.sqrt(dims));
  return unit(item.features.map((x, k) => x + STEP * signs[k]!));
}

function centroids({ honest, classes }: AttackScene): Float64Array[] {
  const sums = Array.from({ length: classes }, () => new Float64Array(honest[0]!.features.length));
  for (const { features, label } of honest) for (let k = 0; k < features.length; k++) sums[label]![k]! += features[k]!;
  return sums.map(unit);
}

const many = <T>(values: readonly T[], copies: number, make: (value: T, copy: number) => WorldItem): WorldItem[] =>
  values.flatMap((value) => Array.from({ length: copies }, (_, copy) => make(value, copy)));

const duplicates = (copies: number): AttackKind => ({
  name: `self-duplicates-x${copies}`,
  about: `every own item ${copies} times, lightly edited`,
  needsText: true,
  items: ({ own }, stream) =>
    many(own, copies, ({ text, label }, copy) => fromText(ATTACKER, trivialEdit(text!, copy, stream), label)),
});

/** One light edit a question, as often as the attacker has items. */
function squatted({ own }: AttackScene, questions: readonly Question[], stream: SeededStream): WorldItem[] {
  return own.map((_, i) => {
    const { text, features, label } = questions[i % questions.length]!;
    if (text === undefined) return fromFeatures(ATTACKER, atCosine(features, 0.98, stream), label);
    return fromText(ATTACKER, trivialEdit(text, i, stream), label);
  });
}

/** The table of the issue. */
export const PLAIN_ATTACKS: readonly AttackKind[] = [
  {
    name: "random-labels",
    about: "own items under labels drawn at random",
    items: ({ own, classes }, stream) => own.map((item) => ({ ...item, label: stream.below(classes) })),
  },
  {
    name: "flips",
    about: "own items under the next label",
    items: ({ own, classes }) => own.map((item) => ({ ...item, label: (item.label + 1) % classes })),
  },
  {
    name: "fgsm-outliers",
    about: "features moved one fast gradient step toward the likeliest wrong class, right label",
    items: (scene) => scene.own.map((item) => fromFeatures(ATTACKER, fastGradientStep(scene, item), item.label)),
  },
  {
    name: "feature-noise",
    about: `five noisy versions of every own item at cosine ${NOISY}`,
    items: ({ own }, stream) =>
      many(own, 5, ({ features, label }) => fromFeatures(ATTACKER, atCosine(features, NOISY, stream), label)),
  },
  {
    name: "junk",
    about: "random words under random labels",
    needsText: true,
    items: ({ own, honest, classes }, stream) => {
      const words = [...new Set(honest.flatMap(({ text }) => (text ?? "").split(/\s+/)))];
      return own.map(() => fromText(ATTACKER, junkText(words, stream), stream.below(classes)));
    },
  },
  {
    name: "scaling",
    about: "own features ten times as long; the encoder's contract makes them unit again",
    items: ({ own }) =>
      own.map(({ features, label }) =>
        fromFeatures(
          ATTACKER,
          features.map((x) => 10 * x),
          label,
        ),
      ),
  },
  duplicates(5),
  duplicates(20),
  {
    name: "paraphrase-x5",
    about: "every own item in five paraphrases",
    needsText: true,
    items: ({ own }, stream) =>
      many(own, 5, ({ text, label }, copy) =>
        fromText(ATTACKER, copy === 0 ? text! : paraphrase(text!, stream), label),
      ),
  },
  {
    name: "copies-of-others",
    about: "light edits of honest items, best paid first",
    needsText: true,
    items: ({ own, honest, bestPaid }, stream) =>
      own.map((_, i) => {
        const { text, label } = honest[bestPaid[i % bestPaid.length]!]!;
        return fromText(ATTACKER, trivialEdit(text!, i, stream), label);
      }),
  },
  {
    name: "sybil-split",
    about: `own items from ${ACCOUNTS} accounts`,
    items: ({ own }) => own.map((item, i) => ({ ...item, contributor: account(i) })),
  },
  {
    name: "query-squatting",
    about: "light edits of questions that were paid in a former round, rightly labelled",
    items: (scene, stream) => squatted(scene, scene.former, stream),
  },
  {
    name: "sybil-vouching",
    about: `${ACCOUNTS} accounts in all folds give a quarter of the classes' items one wrong label each`,
    items: ({ own, classes }) => {
      const hit = Math.max(1, Math.floor(classes / 4));
      return own.map((item, i) => ({
        ...item,
        contributor: account(i),
        label: item.label < hit ? (item.label + hit) % classes : item.label,
      }));
    },
  },
];

/** Against our own payout rule. */
export const ADAPTIVE_ATTACKS: readonly AttackKind[] = [
  {
    name: "adaptive-outside-clusters",
    about: `the best paid honest items moved to cosine ${OUTSIDE}, just outside the look-alike thresholds`,
    items: ({ own, honest, bestPaid }, stream) =>
      own.map((_, i) => {
        const { features, label } = honest[bestPaid[i % bestPaid.length]!]!;
        return fromFeatures(account(i), atCosine(features, OUTSIDE, stream), label);
      }),
  },
  {
    name: "adaptive-outside-own-x5",
    about: `every own item and four versions of it at cosine ${OUTSIDE} of it`,
    items: ({ own }, stream) =>
      many(own, 5, (item, copy) =>
        copy === 0 ? item : fromFeatures(ATTACKER, atCosine(item.features, OUTSIDE, stream), item.label),
      ),
  },
  {
    name: "adaptive-paraphrase-sybils",
    about: "five paraphrases of every own item, each from an account of its own, so that they confirm one another",
    needsText: true,
    items: ({ own }, stream) =>
      many(own, 5, ({ text, label }, copy) =>
        fromText(account(copy), copy === 0 ? text! : paraphrase(text!, stream), label),
      ),
  },
  {
    name: "adaptive-hidden-flips",
    about: "one own item in five under its likeliest wrong label, from accounts whose other items are right",
    items: (scene) =>
      scene.own.map((item, i) => ({
        ...item,
        contributor: account(Math.floor(i / 5)),
        label: i % 5 === 0 ? runnerUp(scene, item) : item.label,
      })),
  },
  {
    name: "adaptive-plausible-labels",
    about: `${ACCOUNTS} accounts give every own item its likeliest wrong label: what opens the label gate most cheaply`,
    items: (scene) => scene.own.map((item, i) => ({ ...item, contributor: account(i), label: runnerUp(scene, item) })),
  },
  {
    name: "adaptive-centroids",
    about: "items around the class centroids at cosine 0.84: farms the held-out gate and the median score",
    items: (scene, stream) => {
      const middles = centroids(scene);
      return scene.own.map((_, i) =>
        fromFeatures(account(i), atCosine(middles[i % scene.classes]!, 0.84, stream), i % scene.classes),
      );
    },
  },
  {
    name: "adaptive-leaked-questions",
    about: "light edits of the very questions that will be paid: what squatting earns where the rule of secrecy fails",
    items: (scene, stream) => squatted(scene, scene.questions, stream),
  },
  {
    name: "adaptive-near-questions",
    about: "the leaked paid questions moved to cosine 0.62: nearer than most items, no copies",
    items: ({ own, questions }, stream) =>
      own.map((_, i) => {
        const { features, label } = questions[i % questions.length]!;
        return fromFeatures(ATTACKER, atCosine(features, 0.62, stream), label);
      }),
  },
  {
    name: "adaptive-near-pairs",
    about:
      "leaked paid questions in two versions each at cosine 0.62 that lie beside one another: against the rule of novelty",
    items: ({ own, questions }, stream) =>
      own.map((_, i) => {
        const { features, label } = questions[Math.floor(i / 2) % questions.length]!;
        const drawn = new SeededStream(`pair ${Math.floor(i / 2)}`);
        const first = atCosine(features, 0.7, drawn);
        return fromFeatures(account(i), atCosine(first, 0.88, stream), label);
      }),
  },
];
