import { describe, expect, test } from "vitest";
import { Msg } from "../../proto/gen/openledger/finetune/v1.ts";
import { accept, claimedJob, createJob, dispute, heldJob } from "./testing/story.ts";
import { account, hashOf, World } from "./testing/world.ts";

/** Jobs in every state. */
function busy(): World {
  const world = new World();
  heldJob(world);
  world.endBlocks(21);
  const paid = [...world.finetune.keeper.jobs(world.context())][0]?.id ?? "";
  world.models.set("greeter", { owner: account("ann"), weightsHash: hashOf("weights"), snapshots: ["greetings/1"] });
  world.send(Msg.LinkModel, { requester: account("ann"), job: paid, model: "greeter" });
  claimedJob(world);
  world.decide("rejected");
  createJob(world);
  accept(world, createJob(world));
  heldJob(world);
  dispute(world, heldJob(world));
  world.endBlocks();
  return world;
}

describe("genesis", () => {
  test("export, import, export gives the same bytes, and the jobs go on (I14)", () => {
    const world = busy();
    const exported = world.export();
    const again = world.reborn();
    expect(JSON.stringify(again.export())).toBe(JSON.stringify(exported));
    again.endBlocks(100);
    again.decide("rejected");
    expect(again.broken()).toEqual([]);
    expect(again.held("finetune")).toBe(0n);
  });

  test("a state that contradicts itself is refused, with the reason", () => {
    const world = busy();
    const state = world.export() as Record<string, unknown[]> & { jobs: Record<string, unknown>[] };
    const funds = new Map([["finetune", world.held("finetune")]]);
    const load = (part: Record<string, unknown>) => () => new World({ finetune: { ...state, ...part }, funds });
    expect(load({})).not.toThrow();
    expect(load({ jobs: [] })).toThrow("finetune/escrow");
    expect(load({ jobs: [...state.jobs, state.jobs[0]] })).toThrow("listed twice");
    expect(load({ counters: [] })).toThrow("finetune/open");
    expect(load({ checkpoints: [] })).toThrow("finetune/checkpoints");
    expect(load({ misspelt: 1 })).toThrow("app_state.finetune");
    const wrong = state.jobs.map((job) => ({ ...job, ...(job.parts ? { parts: { trainer: "1" } } : {}) }));
    expect(load({ jobs: wrong })).toThrow("finetune/parts");
    const params = (state as unknown as { params: object }).params;
    expect(load({ params: { ...params, min_bond: "0" } })).toThrow("min_bond is at least 1");
    expect(load({ params: { ...params, winner_bps: 5_001 } })).toThrow("winner_bps");
  });
});
