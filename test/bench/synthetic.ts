import type { LabelledData, LabelledText } from "./dataset.ts";
import { SeededStream } from "./random.ts";

const TOPICS: readonly (readonly string[])[] = [
  ["card", "arrive", "post", "delivery", "envelope", "tracking", "courier"],
  ["transfer", "pending", "balance", "money", "account", "sent", "recipient"],
  ["password", "forgot", "login", "reset", "code", "locked", "screen"],
  ["exchange", "rate", "currency", "euro", "dollar", "abroad", "convert"],
  ["refund", "merchant", "purchase", "return", "shop", "receipt", "cancel"],
  ["cash", "machine", "withdraw", "notes", "fee", "atm", "limit"],
];
const FILLERS = ["please", "how", "can", "my", "the", "is", "why", "when", "i", "it", "to", "not", "yet", "help"];

function sentence(topic: readonly string[], stream: SeededStream): string {
  const length = 5 + stream.below(7);
  return Array.from({ length }, () => {
    const words = stream.next() < 0.45 ? topic : FILLERS;
    return words[stream.below(words.length)]!;
  }).join(" ");
}

/** Seeded texts over six topics: enough for a head to learn, none of it from anywhere. */
export function syntheticData(rows: number, seed: string, classes = TOPICS.length): LabelledData {
  const stream = new SeededStream(seed);
  const draw = (count: number): LabelledText[] =>
    Array.from({ length: count }, (_, i) => ({ text: sentence(TOPICS[i % classes]!, stream), label: i % classes }));
  return {
    labels: TOPICS.slice(0, classes).map((words) => words[0]!),
    train: draw(rows),
    test: draw(Math.ceil(rows / 5)),
  };
}
