import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { addresses } from "../chain/app/addresses.ts";
import { composeModules } from "./app.ts";

const { modules } = composeModules({ chainId: "test-1", addresses: addresses("open"), feeDenom: "uopen" }, 1);

describe.each(modules)("the README of $name is its spec", ({ name, messages }) => {
  const path = join(import.meta.dirname, name, "README.md");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";

  test("names every message", () => {
    const names = messages.map(({ codec }) => codec.typeUrl.slice(codec.typeUrl.lastIndexOf(".") + 1));
    expect(names.filter((each) => !text.includes(each))).toEqual([]);
  });

  test("lists every error by name", () => {
    const errors = readFileSync(join(import.meta.dirname, name, "errors.ts"), "utf8");
    const listed = /defineErrors\([^{]*\{([^}]*)\}/s.exec(errors)?.[1] ?? "";
    const names = [...listed.matchAll(/(\w+): \d+/g)].map(([, error]) => error ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((each) => !text.includes(each))).toEqual([]);
  });
});
