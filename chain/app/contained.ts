import type { Context } from "./context.ts";
import { InvariantBroken } from "./invariant.ts";

/**
 * Runs `work` in a branch that is written when it ends well. Returns what it threw, its writes and events forgotten, so
 * that one item never fails its batch; a broken invariant is not contained, since the node must stop.
 */
export function contained(ctx: Context, work: (branch: Context) => void): unknown {
  const branch = ctx.branch();
  try {
    work(branch);
  } catch (error) {
    if (error instanceof InvariantBroken) throw error;
    return error ?? new Error("unknown");
  }
  branch.write();
  return undefined;
}
