import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MAX_STORE_NAME_BYTES } from "./app-hash.ts";
import { DEFAULT_MAX_DEPTH } from "./ics23/spec.ts";
import { MAX_KEY_BYTES, MAX_VALUE_BYTES, RETAINED_VERSIONS } from "./limits.ts";
import { CHECKPOINT_EVERY } from "./multistore.ts";
import { MAX_VERSION } from "./tree/tree.ts";

test("the README's limits are the code's", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| ([a-z ]+) \| (\d+)(?: bytes)? \|/gm)];
  expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]))).toEqual({
    key: MAX_KEY_BYTES,
    value: MAX_VALUE_BYTES,
    "store name": MAX_STORE_NAME_BYTES,
    "retained versions": RETAINED_VERSIONS,
    "checkpoint interval": CHECKPOINT_EVERY,
    version: MAX_VERSION,
    "proof depth": DEFAULT_MAX_DEPTH,
  });
});
