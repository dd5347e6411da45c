import { type AppContext, type ContextFacts, createContext } from "../../chain/app/context.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import { memoryKv } from "../../chain/store/memory.ts";
import { fromMs } from "../../chain/types/time.ts";

/** A context over empty stores in memory, for tests of one module. */
export function memoryContext(facts: Partial<ContextFacts> = {}): AppContext {
  const opened = new Map<string, KvStore>();
  const store = (name: string): KvStore => {
    const known = opened.get(name) ?? memoryKv();
    opened.set(name, known);
    return known;
  };
  const defaults = { chainId: "test-1", height: 1, time: fromMs(1_700_000_000_000), mode: "deliver" } as const;
  return createContext({ ...defaults, ...facts }, { stores: { store } });
}

/** A branch of the same stores at another height; `write` passes its changes to `ctx`. */
export function atHeight(ctx: AppContext, height: number): AppContext {
  const { chainId, time, mode } = ctx;
  return createContext({ chainId, time, mode, height }, { stores: { store: (name) => ctx.kv(name) } });
}
