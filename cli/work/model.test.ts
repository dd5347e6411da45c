import { describe, expect, test } from "vitest";
import { CliError } from "../errors.ts";
import { checkClasses } from "./model.ts";
import { SILENT } from "./progress.ts";

describe("classes without rows", () => {
  test("default: are left out, and said so", () => {
    const notes: string[] = [];
    checkClasses(["card", "loan"], ["card", "boat", "loan", "boat"], { ...SILENT, note: (text) => notes.push(text) });
    expect(notes).toEqual(['left out, since no accepted item has them: "boat"']);
    checkClasses(["card", "loan"], ["card", "loan"], { ...SILENT, note: (text) => notes.push(text) });
    expect(notes.length).toBe(1);
  });

  test("behavior: fewer than two with rows are no model", () => {
    const check = () => checkClasses(["card"], ["card", "loan"], SILENT);
    expect(check).toThrow(CliError);
    expect(check).toThrow(`only 1 of the DataNets' labels has rows ("loan" have none)`);
  });
});
