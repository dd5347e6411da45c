import type { Context } from "../../chain/app/context.ts";
import { type Contribution, ContributionStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import type { DatanetView } from "./keeper.ts";
import { MAX_ANCESTORS, MAX_PARENTS } from "./limits.ts";

const { CONTRIBUTION_STATUS_REVEALED, CONTRIBUTION_STATUS_CURATED } = ContributionStatus;

/**
 * Throws datanet/13 (lineage) unless every parent is revealed and not withdrawn, and all ancestors are at most
 * MAX_ANCESTORS. A parent's reveal comes first and names its own parents for good, so lineage has no cycle.
 */
export function checkLineage(
  ctx: Context,
  keeper: Pick<DatanetView, "contribution">,
  parents: readonly string[],
): void {
  for (const id of parents) {
    const parent = keeper.contribution(ctx, id);
    if (!parent) throw errors.lineage(`parent ${id} does not exist`);
    if (parent.status !== CONTRIBUTION_STATUS_REVEALED && parent.status !== CONTRIBUTION_STATUS_CURATED) {
      throw errors.lineage(`parent ${id} is not revealed, or was withdrawn`);
    }
  }
  const count = ancestorCount(parents, (id) => keeper.contribution(ctx, id)?.parents ?? []);
  if (count > MAX_ANCESTORS) throw errors.lineage(`more than ${MAX_ANCESTORS} ancestors`);
}

/** Distinct ancestors reached from `parents`, these included; stops above MAX_ANCESTORS. */
export function ancestorCount(parents: readonly string[], parentsOf: (id: string) => readonly string[]): number {
  const seen = new Set(parents);
  // A set iterates in order of insertion and visits what is added on the way.
  for (const id of seen) {
    if (seen.size > MAX_ANCESTORS) break;
    for (const parent of parentsOf(id)) seen.add(parent);
  }
  return seen.size;
}

/** Why the lineage of all contributions breaks I12, or undefined. */
export function brokenLineage(contributions: ReadonlyMap<string, Contribution>): string | undefined {
  const parentsOf = (id: string) => contributions.get(id)?.parents ?? [];
  for (const { id, parents, revealHeight } of contributions.values()) {
    if (parents.length > MAX_PARENTS) return `${id} has ${parents.length} parents`;
    for (const parent of parents) {
      const found = contributions.get(parent);
      if (!found) return `parent ${parent} of ${id} does not exist`;
      if (found.revealHeight > revealHeight) return `${id} was revealed before its parent ${parent}`;
    }
    if (ancestorCount(parents, parentsOf) > MAX_ANCESTORS) return `${id} has more than ${MAX_ANCESTORS} ancestors`;
  }
  return hasCycle(contributions) ? "lineage has a cycle" : undefined;
}

/** Kahn's algorithm: what is left after removing roots again and again is a cycle. */
function hasCycle(contributions: ReadonlyMap<string, Contribution>): boolean {
  const open = new Map<string, number>();
  const children = new Map<string, string[]>();
  for (const { id, parents } of contributions.values()) {
    open.set(id, parents.length);
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const ready = [...open].filter(([, parents]) => parents === 0).map(([id]) => id);
  for (const id of ready) {
    for (const child of children.get(id) ?? []) {
      const left = (open.get(child) as number) - 1;
      open.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return ready.length !== contributions.size;
}
