import { expect, test } from "vitest";
import { exportedTokenizer } from "../influence/encoders/testing/files.ts";
import { openTokenizer } from "./tokenizer.ts";

test("default: ids of a text and back, without special tokens", () => {
  const tokenizer = openTokenizer(exportedTokenizer());
  const ids = tokenizer.encode("The back wheel");
  expect(tokenizer.decode(ids)).toBe("the back wheel");
  expect(ids.every((id) => id < tokenizer.size)).toBe(true);
  expect(tokenizer.decode([])).toBe("");
});

test("behavior: what the library does not read is refused", () => {
  const open = (text: string) => () => openTokenizer(new TextEncoder().encode(text));
  expect(open("{")).toThrow("the tokenizer is no JSON");
  expect(open('{"model":{}}')).toThrow("the tokenizer library refuses it");
  expect(open('{"model":{}}')).toThrow(
    expect.objectContaining({ nextStep: expect.stringContaining("tokenizer.json") }),
  );
  expect(open("null")).toThrow("the tokenizer library refuses it");
  const json = JSON.parse(new TextDecoder().decode(exportedTokenizer()));
  const model = { ...json.model, type: "WordLevel" };
  expect(open(JSON.stringify({ ...json, model }))).toThrow('type "WordLevel"; supported are BPE, WordPiece, Unigram');
});
