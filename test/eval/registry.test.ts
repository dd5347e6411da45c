import { expect, test } from "vitest";
import { helpOf, parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";
import { EVALUATIONS } from "./registry.ts";

test.each(Object.keys(EVALUATIONS))("registry: %s loads, goes by its name and says what it measures", async (name) => {
  const { evaluation } = await EVALUATIONS[name]!();
  expect(evaluation.name).toBe(name);
  expect(evaluation.describe).not.toBe("");
});

test.each(Object.keys(EVALUATIONS))("help: %s explains each of its flags and shows how it is called", async (name) => {
  const { evaluation } = await EVALUATIONS[name]!();
  expect(Object.keys(evaluation.help ?? {}).sort()).toEqual(Object.keys(evaluation.options ?? {}).sort());
  const text = helpOf(evaluation);
  for (const flag of ["data", "seed", "output", ...Object.keys(evaluation.options ?? {})]) {
    expect(text).toMatch(new RegExp(`--${flag} +\\S`));
  }
  for (const [command] of evaluation.examples!) {
    const [first, ...args] = command.split(" ");
    expect(first).toBe(name);
    expect(() => parseCommand(evaluation, args, SILENT)).not.toThrow();
  }
});
