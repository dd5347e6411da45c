import { pairs, table } from "../output.ts";
import type { CitedAnswer } from "./cite.ts";

/** Rarities and credits are in units of 2^-16 bits, weights in units of 10^-18. */
const bits = (units: number | bigint) => (Number(units) / 2 ** 16).toFixed(1);
const percent = (weight: bigint) => `${(Number(weight) / 1e16).toFixed(2)} %`;
/** Documents of a span that a table names. */
const SHOWN_DOCUMENTS = 3;
const SHOWN_CHARACTERS = 60;

/** An answer with its citations, for people. */
export function citedText({ marked, corpus, spans, credits, settlement }: CitedAnswer): string {
  const compared = `compared with ${corpus.documents} documents, ${corpus.tokens} tokens`;
  if (spans.length === 0) return `${compared}: nothing rare in it is copied`;
  const pool = table({
    head: ["document", "bits", "share", "after cap"],
    right: [1, 2, 3],
    rows: credits.map(({ place, credit, share, weight }) => [place, bits(credit), percent(share), percent(weight)]),
  });
  const rest = pairs([
    ["unattributed", percent(settlement.unattributed)],
    ["above the cap", percent(settlement.capExcess)],
  ]);
  return [compared, "", marked, "", citationsText(spans), "", "token pool", pool, rest].join("\n");
}

/** What each numbered piece is and where it stands. */
export function citationsText(spans: CitedAnswer["spans"]): string {
  return table({
    head: ["", "copied", "bits", "first owner", "documents", "times"],
    right: [0, 2, 5],
    rows: spans.map(({ number, text, rarity, places, occurrences }) => [
      ...[`[${number}]`, oneLine(text), bits(rarity), places[0]!, named(places), occurrences],
    ]),
  });
}

function oneLine(text: string): string {
  const characters = Array.from(JSON.stringify(text).slice(1, -1));
  const shown = characters.slice(0, SHOWN_CHARACTERS).join("");
  return characters.length > SHOWN_CHARACTERS ? `${shown}...` : shown;
}

function named(places: readonly string[]): string {
  const more = places.length - SHOWN_DOCUMENTS;
  return places.slice(0, SHOWN_DOCUMENTS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
