import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { JobFolder } from "../../node/factory/job/index.ts";
import { adapterIndexRoot } from "../../node/influence/adapter/index.ts";
import { keepRows, keptRows } from "./factory-folder.ts";
import { type InitOptions, initJob } from "./factory-init.ts";
import { trainFolder } from "./factory-run.ts";
import { generateFromFolder } from "./generate.ts";
import { holdsGenerator, indexGenerator } from "./generator.ts";
import { loadIndex } from "./model-folder.ts";
import { SILENT } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SONG = [
  "Row, row, row your boat",
  "gently down the stream.",
  "Merrily merrily, merrily,",
  "life is but a dream.",
];

const OPTIONS: Omit<InitOptions, "dir" | "method"> = {
  ...{ vocab: 300, rank: 4, heldOut: 0, optimiser: "adam", rate: 0.01, weightDecay: 0, clip: 1, warmup: 0 },
  ...{ decays: true, batch: 4, gridBits: 24, epochs: 60, seed: "song" },
};

async function trained(name: string, texts: readonly string[], options: Partial<InitOptions>): Promise<string> {
  const file = join(folder, `${name}.csv`);
  writeFileSync(file, ["text", ...texts.map((text) => JSON.stringify(text))].join("\n"));
  const dir = join(folder, name);
  const origin = { kind: "csv" as const, file, textColumn: "text", keepDuplicates: true };
  await initJob({ ...OPTIONS, method: "full", ...options, dir }, origin, "", SILENT);
  await trainFolder({ dir, workers: 1, signal: new AbortController().signal, isResumed: false, test: [] }, SILENT);
  return dir;
}

describe("a decoder that the factory trained on text", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await trained("song", SONG, { decoder: "1,32,2", context: 24 });
  }, 60_000);

  const continued = (prompt: string, of = dir, temperature = 0) => {
    let shown = "";
    const request = { dir: of, prompt, maxTokens: 12, temperature, seed: "1" };
    return generateFromFolder(request, (text) => void (shown += text)).then((found) => ({ ...found, shown }));
  };

  test("default: continues the texts that it learnt; a validator's check finds every token right", async () => {
    const { text, check, shown } = await continued("Row, row");
    expect(text).toBe(", row your boat");
    expect(shown).toBe("Row, row, row your boat");
    expect(check).toBe("right");
    expect(holdsGenerator(dir)).toBe(true);
  });

  test("behavior: with noise the seed decides, and the check still holds", async () => {
    const one = await continued("Merrily", dir, 4);
    expect(await continued("Merrily", dir, 4)).toEqual(one);
    expect(one.check).toBe("right");
  });

  test("behavior: what it has learnt by heart is cited to the line of its training file", async () => {
    const request = { dir, prompt: "gently", maxTokens: 12, temperature: 0, seed: "1" };
    const { text, answer, cited } = await generateFromFolder(
      { ...request, cite: { kind: "job", dir } },
      () => undefined,
    );
    expect(text).toBe(" down the stream.");
    expect(cited?.spans).toMatchObject([{ start: 0, text, places: ["song.csv:3"], occurrences: 1 }]);
    expect(cited?.settlement.entries).toEqual([{ contribution: 0, item: 3, weight: 10n ** 18n }]);
    expect(cited?.spans[0]?.end).toBeLessThanOrEqual(answer.length);
  });

  test("behavior: low-rank factors on top of it learn another text", async () => {
    const targets = "/attention|mlp|head/";
    const adapter = await trained("adapter", ["Row, row, row no more", "Row, row, row no more!"], {
      ...{ method: "lora", fromJob: dir, targets, rate: 0.02, epochs: 40 },
    });
    const { text, check } = await continued("Row, row", adapter);
    expect(text).toContain(", row no more");
    expect(check).toBe("right");
  }, 60_000);

  test("behavior: an adapter on snapshots has an index of what it was trained on; one on a file has nobody to pay", async () => {
    const adapter = join(folder, "adapter");
    await expect(indexGenerator(adapter, SILENT)).rejects.toThrow("is not on snapshots");
    await expect(indexGenerator(dir, SILENT)).rejects.toThrow("is no adapter");
    const job = new JobFolder(adapter);
    const { rows } = keptRows(job);
    const placed = rows.sources.flatMap((source) =>
      source.rows.map((row, item) => ({ ...row, contribution: 0, item, entry: item, contributor: "" })),
    );
    keepRows(job, { origin: { kind: "snapshots", ids: ["songs/1"] }, rows: { ...rows, placed, heldOut: [] } });
    const indexed = await indexGenerator(adapter, SILENT);
    expect(indexed).toMatchObject({ rows: placed.length, heldOutRows: 0 });
    expect(toHex(adapterIndexRoot(loadIndex(adapter).header))).toBe(indexed.indexRoot);
  }, 60_000);

  test("behavior: a job that is not finished, and one that is no generator, are refused", async () => {
    rmSync(join(dir, "weights.bin"));
    await expect(continued("Row")).rejects.toThrow("is not finished");
    await expect(continued("Row", folder)).rejects.toThrow("holds no job");
  });
});
