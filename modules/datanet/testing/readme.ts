import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ErrorFactory } from "../../../chain/app/errors.ts";
import type { Module } from "../../../chain/app/module.ts";
import type { MapTable } from "../../../chain/store/collections.ts";

/** The parts of a module that its README states. */
export interface Stated {
  readonly module: Module;
  readonly errors: Readonly<Record<string, ErrorFactory>>;
  /** Exports of limits files; what is no number is left out. */
  readonly limits: Readonly<Record<string, unknown>>;
  /** Default parameters as proto JSON. */
  readonly params: unknown;
  readonly tables: Readonly<Record<string, Pick<MapTable<never, never>, "prefix">>>;
  /** Source texts that emit events. */
  readonly folder: string;
}

/** The rows of the table under a heading: cells without back quotes. */
function tableUnder(readme: string, heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  const cells = (line: string) => line.split("|").slice(1, -1);
  return rows.slice(2).map((line) => cells(line).map((cell) => cell.trim().replaceAll("`", "")));
}

const pairs = (rows: readonly string[][]) => rows.map(([name, value]) => `${name} ${value}`).sort();

/** A README is its module's spec: what it states is what the code says. */
export function describeReadme(stated: Stated): void {
  const { module, errors, limits, params, tables } = stated;
  const readme = readFileSync(join(stated.folder, "README.md"), "utf8");

  describe(`README of ${module.name}`, () => {
    test("states every error code", () => {
      const codes = Object.entries(errors).map(([name, make]) => `${name} ${make("").code}`);
      expect(pairs(tableUnder(readme, "Errors"))).toEqual(codes.sort());
    });

    test("states every limit", () => {
      const numbers = Object.entries(limits).filter(([, value]) => typeof value === "number");
      expect(pairs(tableUnder(readme, "Limits"))).toEqual(numbers.map(([name, value]) => `${name} ${value}`).sort());
    });

    test("states every default parameter", () => {
      const defaults = Object.entries(params as Record<string, unknown>).map(([name, value]) => `${name} ${value}`);
      expect(pairs(tableUnder(readme, "Parameters"))).toEqual(defaults.sort());
    });

    test("has a section for every message", () => {
      const names = module.messages.map(({ codec }) => codec.typeUrl.split(".").at(-1) as string);
      expect([...readme.matchAll(/^### (Msg\w+)$/gm)].map(([, name]) => name as string).sort()).toEqual(names.sort());
    });

    test("names every table that holds records", () => {
      const prefixes = tableUnder(readme, "Keys").filter(([, , value]) => !value?.includes("index of"));
      expect(prefixes.map(([prefix]) => Number(prefix))).toEqual(Object.values(tables).map(({ prefix }) => prefix));
    });

    test("names every invariant", () => {
      for (const { name } of module.invariants ?? []) expect(readme).toContain(`\`${name}\``);
    });
  });
}
