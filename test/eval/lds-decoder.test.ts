import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SeededStream } from "../bench/random.ts";
import { passages } from "./decoder/problem.ts";
import { evaluation } from "./lds-decoder.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "openledger-lds-decoder-"));
afterAll(() => rmSync(folder, { recursive: true }));

const WORDS = "the a red old boat tree sings falls near over hill sea and but".split(" ");

function texts(file: string, count: number): string {
  const stream = new SeededStream(file);
  const line = () => Array.from({ length: 4 }, () => WORDS[stream.below(WORDS.length)]).join(" ");
  const path = join(folder, file);
  writeFileSync(path, ["text", ...Array.from({ length: count }, line)].join("\n"));
  return path;
}

test("the bounded run on a user's texts gives every method its score, again from what it kept, and other libraries theirs", async () => {
  const files = ["--data", texts("train.csv", 150), "--test", texts("test.csv", 60)];
  const exported = join(folder, "export");
  const args = [...files, "--bounded", "--state", join(folder, "state")];
  const { options } = parseCommand(evaluation, [...args, "--export", exported], SILENT);
  const first = (await evaluation.run(options)) as { methods: Record<string, { lds: number }> };
  expect(Object.keys(first.methods)).toEqual(expect.arrayContaining(["ours", "trak-10", "ek-fac", "tracin"]));
  for (const { lds } of Object.values(first.methods)) expect(Math.abs(lds)).toBeLessThanOrEqual(1);
  const lds = ({ methods }: typeof first) => Object.entries(methods).map(([name, method]) => [name, method.lds]);
  const { key, rows, queries, adapterSize, base } = JSON.parse(readFileSync(join(exported, "meta.json"), "utf8"));
  const sizes = (base as { dims: number[] }[]).map(({ dims }) => dims.reduce((a, b) => a * b));
  expect(statSync(join(exported, "base.f64")).size).toBe(8 * sizes.reduce((a, b) => a + b));
  expect(statSync(join(exported, "ensemble.f64")).size).toBe(8 * 2 * adapterSize);
  expect(statSync(join(exported, "half-masks.u8")).size).toBe(4 * rows);
  writeFileSync(join(exported, "x.f32"), new Uint8Array(4 * rows * queries));
  const runs = [{ method: "library-x", setting: "plain", file: "x.f32", queryMs: 7 }];
  writeFileSync(join(exported, "peers.json"), JSON.stringify({ key, runs }));
  const again = parseCommand(evaluation, [...args, "--peers", exported], SILENT).options;
  const second = (await evaluation.run(again)) as typeof first;
  expect(second.methods["library-x"]).toMatchObject({ lds: 0, queryMs: 7 });
  expect(lds(second).slice(0, -1)).toEqual(lds(first));
}, 120_000);

test("lines are joined up to a window; one that is longer is cut at its spaces where that is wanted", () => {
  const letters = (text: string) => text.length;
  const text = "ab cd\nefg\nhijklm nop qrstuvwxyz12 q\nend";
  expect(passages(text, letters, 10)).toEqual(["ab cd\nefg", "end"]);
  expect(passages(text, letters, 10, true)).toEqual(["ab cd\nefg", "hijklm nop", "q\nend"]);
});

test("too little text, a file without rows: sentences", async () => {
  const run = (train: string, test: string) => {
    const args = ["--data", train, "--test", test, "--bounded", "--state", join(folder, "state")];
    return evaluation.run(parseCommand(evaluation, args, SILENT).options);
  };
  await expect(run(texts("few.csv", 8), texts("fewer.csv", 3))).rejects.toThrow(/passages of 31 tokens, 30 are needed/);
  await expect(run(texts("none.csv", 0), texts("some.csv", 3))).rejects.toThrow("none.csv has no rows");
});

test("a column that is not there is named", async () => {
  const files = ["--data", texts("a.csv", 3), "--test", texts("b.csv", 3)];
  const { options } = parseCommand(evaluation, [...files, "--text-column", "body", "--bounded"], SILENT);
  await expect(evaluation.run(options)).rejects.toThrow("has no column body; it has text");
});
