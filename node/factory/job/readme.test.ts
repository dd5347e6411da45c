import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { JOB_FILES } from "./folder.ts";
import {
  LEAST_GRID_BITS,
  MOST_CHECKPOINTS,
  MOST_CONTEXT,
  MOST_GRID_BITS,
  MOST_LOG_BYTES,
  MOST_STEPS,
  MOST_WEIGHTS,
  ROUNDING_EPSILON,
  STATE_CHUNK_BYTES,
} from "./limits.ts";
import { JOB_ALGORITHM } from "./manifest.ts";
import { manifestFromJson } from "./manifest-json.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const grouped = (value: number) => value.toLocaleString("en");

describe("the README", () => {
  test("states the limits and constants of the code", () => {
    for (const text of [
      `chunks of ${grouped(STATE_CHUNK_BYTES)}`,
      `Steps ${grouped(MOST_STEPS)}; checkpoints ${grouped(MOST_CHECKPOINTS)}; trained weights 2^${Math.log2(MOST_WEIGHTS)}`,
      `context ${grouped(MOST_CONTEXT)}; log ${MOST_LOG_BYTES / 2 ** 20} MiB`,
      `2^-grid_bits (${LEAST_GRID_BITS} to ${MOST_GRID_BITS})`,
      `within 2^${Math.log2(ROUNDING_EPSILON)} of a grid unit`,
      `within 2^${Math.log2(2 * ROUNDING_EPSILON)} of a unit`,
      `\`${JOB_ALGORITHM}\``,
    ]) {
      expect(readme).toContain(text);
    }
  });

  test("names every field of a manifest and every file of a folder", () => {
    let known = "";
    try {
      manifestFromJson({ unknown: 1 });
    } catch (error) {
      known = (error as Error).message.split("known here: ")[1]!;
    }
    for (const field of known.split(", ")) expect(readme).toContain(`\`${field}\``);
    const files = [
      JOB_FILES.json,
      JOB_FILES.manifest,
      JOB_FILES.log,
      JOB_FILES.weights,
      JOB_FILES.progress,
      JOB_FILES.stopped,
    ];
    for (const file of files) expect(readme).toContain(`\`${file}\``);
  });
});
