import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodeAll, encoderById, encodeText, HASHED_NGRAM_512 } from "./encoder.ts";
import { InfluenceError } from "./errors.ts";

function norm(features: Float64Array): number {
  return Math.sqrt(features.reduce((sum, x) => sum + x * x, 0));
}

function cosine(a: string, b: string): number {
  const [x, y] = [encodeText(a), encodeText(b)];
  return x.reduce((sum, value, k) => sum + value * y[k]!, 0);
}

describe("hashed-ngram-512", () => {
  test("has 512 dimensions and unit norm", () => {
    const features = encodeText("I still have not received my new card");
    expect(features.length).toBe(512);
    expect(norm(features)).toBeCloseTo(1, 12);
  });

  test("behavior: bits are fixed, since every index and model names them", () => {
    const features = encodeText("Where is my card? It cost £5 – naïve");
    const hash = createHash("sha256").update(new Uint8Array(features.buffer)).digest("hex");
    expect(hash).toMatchInlineSnapshot(`"4db009b2a142adc1b4adb673d474a7cddc70bc6adb5b40c8bf32582fc8012dee"`);
    expect(Buffer.from(HASHED_NGRAM_512.specHash).toString("hex")).toMatchInlineSnapshot(
      `"f23eb1439b240fa956692bcda0ee993ff393ba6ceb82612681ebd0821101c4f5"`,
    );
  });

  test("behavior: case, white space and punctuation do not count", () => {
    expect(encodeText("  WHERE is my card?? ")).toEqual(encodeText("where is my card"));
  });

  test("behavior: a currency sign counts", () => {
    expect(encodeText("5£")).not.toEqual(encodeText("5"));
  });

  test("behavior: near texts are near, far texts far", () => {
    expect(cosine("where is my new card", "where is my card")).toBeGreaterThan(0.8);
    expect(Math.abs(cosine("where is my new card", "exchange rates differ abroad"))).toBeLessThan(0.4);
  });

  test("behavior: text without letters or digits is the zero vector", () => {
    for (const text of ["", "  ", "?!"]) expect(norm(encodeText(text))).toBe(0);
  });

  test("behavior: a very long text is cut, not refused", () => {
    const long = "ab ".repeat(20_000);
    expect(encodeText(long)).toEqual(encodeText(long.slice(0, 8192)));
  });
});

test("encodeAll is row-major", () => {
  const all = encodeAll(["one text", "another"]);
  expect(all.slice(512)).toEqual(encodeText("another"));
});

test("behavior: an unknown encoder is named in the error", () => {
  expect(() => encoderById("bert")).toThrow(InfluenceError);
  expect(() => encoderById("bert")).toThrowErrorMatchingInlineSnapshot(
    `[InfluenceError: no encoder "bert" is registered; known: hashed-ngram-512]`,
  );
});
