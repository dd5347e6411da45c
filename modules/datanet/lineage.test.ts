import { describe, expect, test } from "vitest";
import {
  Contribution,
  ContributionStatus,
  MsgRevealContribution,
  MsgWithdrawContribution,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { MAX_ANCESTORS, MAX_PARENTS } from "./limits.ts";
import { ancestorCount, brokenLineage, checkLineage } from "./lineage.ts";
import { commit, contribute, createNet, revealOf } from "./testing/story.ts";
import { account, World } from "./testing/world.ts";

function world(): World {
  const fresh = new World();
  createNet(fresh, { submitBlocks: 100n });
  return fresh;
}

describe("parents of a reveal", () => {
  test("are revealed contributions, at most sixteen different ones", () => {
    const w = world();
    const parents = Array.from({ length: MAX_PARENTS + 1 }, (_, i) => contribute(w, "bob", `parent ${i}`));
    const id = commit(w, "cat", "child");
    w.endBlocks();
    const reveal = (of: readonly string[]) =>
      w.send(MsgRevealContribution, revealOf(id, "cat", "child", { parents: of }));
    expect(() => reveal(parents)).toThrow("17 parents, at most 16");
    expect(() => reveal([parents[0]!, parents[0]!])).toThrow("a parent is listed twice");
    expect(() => reveal(["0".repeat(40)])).toThrow("does not exist");
    expect(() => reveal(["x"])).toThrow("not a contribution id");
    expect(() => reveal([id])).toThrow("is not revealed, or was withdrawn");
    reveal(parents.slice(0, MAX_PARENTS));
    expect(w.broken()).toEqual([]);
  });

  test("neither wait for their own reveal nor are withdrawn, so no cycle can be made", () => {
    const w = world();
    const first = commit(w, "bob", "first");
    const second = commit(w, "cat", "second");
    const gone = contribute(w, "dan", "gone");
    w.send(MsgWithdrawContribution, { contributor: account("dan"), contribution: gone });
    const reveal = (id: string, name: string, root: string, parent: string) =>
      w.send(MsgRevealContribution, revealOf(id, name, root, { parents: [parent] }));
    expect(() => reveal(first, "bob", "first", second)).toThrow("is not revealed, or was withdrawn");
    expect(() => reveal(first, "bob", "first", gone)).toThrow("is not revealed, or was withdrawn");
    w.send(MsgRevealContribution, revealOf(first, "bob", "first"));
    reveal(second, "cat", "second", first);
    expect(w.broken()).toEqual([]);
  });
});

describe("ancestors", () => {
  const chain = (length: number) => (id: string) => (Number(id) + 1 < length ? [String(Number(id) + 1)] : []);

  test("are counted once each, and the walk stops above the limit", () => {
    expect(ancestorCount([], () => [])).toBe(0);
    expect(ancestorCount(["a", "b"], (id) => (id === "c" ? [] : ["c"]))).toBe(3);
    expect(ancestorCount(["0"], chain(MAX_ANCESTORS))).toBe(MAX_ANCESTORS);
    expect(ancestorCount(["0"], chain(10 * MAX_ANCESTORS))).toBe(MAX_ANCESTORS + 1);
  });

  test("a reveal that would have more than the limit is refused", () => {
    const status = ContributionStatus.CONTRIBUTION_STATUS_REVEALED;
    const long = chain(MAX_ANCESTORS + 1);
    const contribution = (_ctx: unknown, id: string) => Contribution.fromPartial({ id, status, parents: long(id) });
    const ctx = new World().context();
    expect(() => checkLineage(ctx, { contribution }, ["1"])).not.toThrow();
    expect(() => checkLineage(ctx, { contribution }, ["0"])).toThrow("more than 1024 ancestors");
  });

  const graph = (edges: Record<string, readonly string[]>) =>
    new Map(Object.entries(edges).map(([id, parents]) => [id, Contribution.fromPartial({ id, parents })]));

  test("a cycle, a missing parent and too many parents are found", () => {
    expect(brokenLineage(graph({ a: [], b: ["a"], c: ["a", "b"] }))).toBeUndefined();
    expect(brokenLineage(graph({ a: [], b: ["d"], c: ["b"], d: ["c", "a"] }))).toBe("lineage has a cycle");
    expect(brokenLineage(graph({ a: ["b"] }))).toBe("parent b of a does not exist");
    const many = Array.from({ length: 17 }, (_, i) => `p${i}`);
    expect(brokenLineage(graph({ a: many }))).toBe("a has 17 parents");
  });
});
