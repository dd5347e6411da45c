import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { describeShared, sharedDir } from "../../../test/shared.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { byteSymbols, END_ID, END_TOKEN, type TokenizerJson, trainBpe } from "./bpe.ts";

const open = (json: TokenizerJson) => openTokenizer(utf8Bytes(JSON.stringify(json)));

const TEXTS = ["low lower lowest", "new newer newest", "the low new low", "wide wider widest"];

describe("trainBpe", () => {
  test("default: learns frequent pairs; of equals those of lower ids", () => {
    const { model } = trainBpe(TEXTS, { vocab: 257 + 6 });
    expect(model.merges.map((pair) => pair.join(" + "))).toMatchInlineSnapshot(`
      [
        "l + o",
        "lo + w",
        "Ġ + low",
        "e + w",
        "n + ew",
        "Ġ + new",
      ]
    `);
    expect(model.vocab[END_TOKEN]).toBe(END_ID);
  });

  test("behavior: the order of the texts does not matter", () => {
    expect(trainBpe([...TEXTS].reverse(), { vocab: 280 })).toEqual(trainBpe(TEXTS, { vocab: 280 }));
  });

  test("behavior: stops where no pair occurs twice", () => {
    const tokenizer = open(trainBpe(["abc"], { vocab: 1000 }));
    expect(tokenizer.size).toBe(257);
  });

  test("behavior: the pairs counted are those that encoding merges", () => {
    const json = trainBpe(TEXTS, { vocab: 300 });
    const tokenizer = open(json);
    const naive = (word: string) => {
      let symbols = [...word];
      for (const [left, right] of json.model.merges) {
        const merged: string[] = [];
        for (const symbol of symbols) {
          if (symbol === right && merged.at(-1) === left) merged.push(`${merged.pop()}${symbol}`);
          else merged.push(symbol);
        }
        symbols = merged;
      }
      return symbols.map((symbol) => json.model.vocab[symbol]);
    };
    for (const word of ["lowest", "newer", "wides", "ll"]) expect(tokenizer.encode(word)).toEqual(naive(word));
  });

  test("behavior: any text comes back byte for byte", () => {
    const tokenizer = open(trainBpe(TEXTS, { vocab: 300 }));
    const roundTrip = (text: string) => expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    for (const text of ["", " ", "a  b\n\nc\t", "naïve £5 – 漢字 🦊", "I 'm don 't , . ! ?", "<|end"]) roundTrip(text);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        if (!text.includes(END_TOKEN)) roundTrip(text);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("behavior: a vocabulary below the bytes is refused", () => {
    expect(() => trainBpe(TEXTS, { vocab: 256 })).toThrow("257 is the least");
  });

  test("behavior: bytes have the stand-ins of byte-level vocabularies", () => {
    const symbols = byteSymbols();
    expect(new Set(symbols).size).toBe(256);
    expect([symbols[0x20], symbols[0x41], symbols[0x0a], symbols[0xad]]).toEqual(["Ġ", "A", "Ċ", "Ń"]);
  });
});

describeShared("tinyshakespeare", () => {
  test("behavior: its first 400,000 characters come back; the vocabulary's bits are fixed", () => {
    const text = readFileSync(join(sharedDir() ?? "", "data/tinyshakespeare/input.txt"), "utf8").slice(0, 400_000);
    const json = trainBpe(text.split("\n\n"), { vocab: 512 });
    const tokenizer = open(json);
    const ids = tokenizer.encode(text);
    expect(tokenizer.decode(ids)).toBe(text);
    expect(text.length / ids.length).toBeGreaterThan(1.9);
    expect(createHash("sha256").update(JSON.stringify(json)).digest("hex")).toMatchInlineSnapshot(
      `"bba0009690cfeea49def7a0a906ab4ea8745de672840b7fb83a7e826afbc4ea4"`,
    );
  }, 30_000);
});
