import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NodeError } from "../errors.ts";
import { loadSeed, saveSeed } from "./seed-file.ts";
import { loadValidatorKey, saveValidatorKey, validatorKeyOf } from "./validator-key.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const codeOf = (fn: () => unknown) => {
  try {
    fn();
  } catch (error) {
    return (error as NodeError).code;
  }
  return undefined;
};

test("a validator key survives its file, whose shape is CometBFT's", () => {
  const path = join(folder, "priv_validator_key.json");
  const key = validatorKeyOf(new Uint8Array(32).fill(5));
  saveValidatorKey(path, key);
  expect(loadValidatorKey(path)).toEqual(key);
  expect(JSON.parse(readFileSync(path, "utf8")).pub_key.type).toBe("tendermint/PubKeyEd25519");
  expect(loadValidatorKey(join(folder, "absent"))).toBeUndefined();
});

test("a damaged key file is refused, never replaced", () => {
  const path = join(folder, "priv_validator_key.json");
  saveValidatorKey(path, validatorKeyOf(new Uint8Array(32).fill(5)));
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/"address": "./, '"address": "G'));
  expect(codeOf(() => loadValidatorKey(path))).toBe("bad_key");
  writeFileSync(path, "{");
  expect(codeOf(() => loadValidatorKey(path))).toBe("bad_key");
});

test("a seed survives its file; a missing or malformed one is refused", () => {
  const path = join(folder, "node_key.json");
  saveSeed(path, new Uint8Array(32).fill(3));
  expect(loadSeed(path)).toEqual(new Uint8Array(32).fill(3));
  writeFileSync(path, '{"seed":"zz"}');
  expect(codeOf(() => loadSeed(path))).toBe("bad_key");
  expect(codeOf(() => loadSeed(join(folder, "absent")))).toBe("bad_key");
});
