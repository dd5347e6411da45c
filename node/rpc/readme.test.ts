import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as indexLimits from "../index/limits.ts";
import * as rpcLimits from "./limits.ts";
import { ROUTES } from "./routes.ts";

const readme = (folder: string) => readFileSync(join(import.meta.dirname, folder, "README.md"), "utf8");

/** `| \`NAME\` | value |` rows. */
const limitsIn = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|$/gm)].map(([, name, value]) => [name, Number(value)]),
  );

describe("READMEs agree with the code", () => {
  test("every method of the RPC is listed, and no other", () => {
    const rows = [...readme(".").matchAll(/^\| `methods\/\w+\.ts` \| (.*) \|$/gm)].map(([, list]) => list);
    const listed = rows.flatMap((list) => [...(list as string).matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(listed.toSorted()).toEqual([...ROUTES.keys()].toSorted());
  });

  test("limits", () => {
    expect(limitsIn(readme("."))).toEqual({ ...rpcLimits });
    expect({ ...indexLimits }).toMatchObject(limitsIn(readme("../index")));
    expect(Object.keys(limitsIn(readme("../index")))).toHaveLength(5);
  });
});
