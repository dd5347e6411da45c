import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodersFrom } from "../../node/influence/encoders/index.ts";
import { EXPORTED } from "../../node/influence/encoders/testing/files.ts";
import { describeError } from "../errors.ts";
import { addEncoder } from "./encoder.ts";
import { holdsEncoder, loadEncoder } from "./encoder-folder.ts";
import { SILENT } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "encoder-"));
afterAll(() => rmSync(folder, { recursive: true }));

const source = { onnx: EXPORTED.graph, tokenizer: EXPORTED.tokenizer, out: join(folder, "mine") };

test("default: what was added is what training loads", async () => {
  expect(holdsEncoder(source.out)).toBe(false);
  const added = await addEncoder(source, SILENT);
  const encoder = encodersFrom(loadEncoder(source.out), { workers: 1 });
  expect({ id: encoder.id, dims: encoder.dims }).toEqual({ id: added.id, dims: added.dims });
  expect((await encoder.encodeAll(["a flat tyre"])).length).toBe(32);
  await encoder.close();
});

test("behavior: a refusal says what to do next, and leaves no folder", async () => {
  const out = join(folder, "none");
  const error = await addEncoder({ ...source, tokenizer: EXPORTED.graph, out }, SILENT).catch((thrown) => thrown);
  expect(describeError(error).text).toMatchInlineSnapshot(`
    "the tokenizer is no JSON
      give the tokenizer.json that was saved with the model (save_pretrained writes it)"
  `);
  expect(() => loadEncoder(out)).toThrow("holds no encoder");
});
