import type { Log } from "../ports.ts";
import type { AppContext, Context } from "./context.ts";
import { toAppError } from "./errors.ts";
import type { AppEvent } from "./events.ts";
import { contained } from "./hooks.ts";
import type { InjectedTx } from "./injected.ts";
import { InvariantBroken } from "./invariant.ts";
import type { BlockContext, Module, ValidatorUpdate } from "./module.ts";
import { unwrapInjected } from "./tx/injected-envelope.ts";
import { type RunOptions, runTx, type TxResult } from "./tx/run.ts";

export interface BlockResult {
  readonly events: readonly AppEvent[];
  readonly txResults: readonly TxResult[];
  readonly updates: readonly ValidatorUpdate[];
}

export interface FinalizeOptions {
  readonly modules: readonly Module[];
  readonly injected: InjectedTx | undefined;
  readonly run: RunOptions;
  readonly log: Log;
}

/**
 * Executes a decided block over `block`: begin hooks, transaction 0, the transactions in order, end hooks, validator
 * updates. Every step is contained. Throws InvariantBroken only.
 */
export function executeBlock(
  block: AppContext,
  input: { readonly txs: readonly Uint8Array[]; readonly info: BlockContext },
  options: FinalizeOptions,
): BlockResult {
  const { modules, log } = options;
  const events: AppEvent[] = [];
  for (const module of modules) {
    contained(block, { module: module.name, hook: "begin", run: (ctx) => module.beginBlock?.(ctx, input.info) }, log);
  }
  events.push(...marked(block.takeEvents(), "BeginBlock"));
  const txResults = input.txs.map((bytes, index) => {
    const result =
      index === 0 && options.injected
        ? runInjected(block, bytes, options.injected)
        : runTx(block, bytes, "deliver", options.run);
    // Events of a transaction belong to its result alone.
    block.takeEvents();
    return result;
  });
  for (const module of modules) {
    contained(block, { module: module.name, hook: "end", run: (ctx) => module.endBlock?.(ctx, input.info) }, log);
  }
  const updates = collectUpdates(block, modules, log);
  events.push(...marked(block.takeEvents(), "EndBlock"));
  return { events, txResults, updates };
}

/** What the modules changed in the consensus set. */
export function collectUpdates(block: AppContext, modules: readonly Module[], log: Log): readonly ValidatorUpdate[] {
  return modules.flatMap((module) => {
    const step = { module: module.name, hook: "validators", run: (ctx: Context) => module.validatorUpdates?.(ctx) };
    return contained(block, step, log) ?? [];
  });
}

function marked(events: readonly AppEvent[], mode: string): AppEvent[] {
  return events.map(({ type, attributes }) => ({ type, attributes: [...attributes, { key: "mode", value: mode }] }));
}

/** Transaction 0. Its failure is a result like any other's, so that a bad one can't halt the chain. */
function runInjected(block: AppContext, bytes: Uint8Array, injected: InjectedTx): TxResult {
  const branch = block.branch();
  const facts = { data: new Uint8Array(0), gasWanted: 0, gasUsed: 0 };
  const message = unwrapInjected(injected.typeUrl, bytes);
  try {
    if (!message) throw new TypeError("transaction 0 is not the injected message");
    injected.deliver(branch, message);
  } catch (error) {
    if (error instanceof InvariantBroken) throw error;
    const { code, codespace, message: log } = toAppError(error);
    return { code, codespace, log, events: [], ...facts };
  }
  const action = { type: "message", attributes: [{ key: "action", value: injected.typeUrl }] };
  const events = [action, ...branch.emitted];
  branch.write();
  return { code: 0, codespace: "", log: "", events, ...facts };
}
