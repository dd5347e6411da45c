import type { Log } from "../ports.ts";
import type { AppContext, Context } from "./context.ts";
import { toAppError } from "./errors.ts";
import { InvariantBroken } from "./invariant.ts";

/** A step of a block that must not take the block down with it. */
export interface ContainedStep<T> {
  readonly module: string;
  readonly hook: string;
  run(ctx: Context): T;
}

/**
 * Runs a step in a branch of its own. A throw leaves no trace of the step in state and the block goes on; a broken
 * invariant alone passes, since then the node must stop.
 */
export function contained<T>(block: AppContext, step: ContainedStep<T>, log: Log): T | undefined {
  const branch = block.branch();
  try {
    const result = step.run(branch);
    branch.write();
    return result;
  } catch (error) {
    if (error instanceof InvariantBroken) throw error;
    const { codespace, code, message } = toAppError(error);
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("a block hook failed and was undone", {
      module: step.module,
      hook: step.hook,
      height: block.height,
      reason: message,
      stack,
    });
    block.events.emit("hook_failed", [
      ["module", step.module],
      ["hook", step.hook],
      ["codespace", codespace],
      ["code", String(code)],
    ]);
    return undefined;
  }
}
