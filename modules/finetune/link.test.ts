import { describe, expect, test } from "vitest";
import { Msg, Query } from "../../proto/gen/openledger/finetune/v1.ts";
import { code, heldJob } from "./testing/story.ts";
import { account, hashOf, World } from "./testing/world.ts";

function paidJob(world: World): string {
  const job = heldJob(world);
  world.endBlocks(21);
  return job;
}

const MODEL = { owner: account("ann"), weightsHash: hashOf("weights"), snapshots: ["greetings/1"] };

describe("a model", () => {
  const link = (world: World, job: string, model: string, requester = "ann") =>
    world.send(Msg.LinkModel, { requester: account(requester), job, model });

  test("of the requester with the job's weights and snapshots is linked to it, once", () => {
    const world = new World();
    const job = paidJob(world);
    world.models.set("greeter", MODEL);
    world.models.set("greeter-2", MODEL);
    expect(code(() => world.query(Query.JobOfModel, { model: "greeter" }))).toBe("finetune/2");
    link(world, job, "greeter");
    expect(world.query(Query.JobOfModel, { model: "greeter" }).job?.id).toBe(job);
    expect(world.job(job).model).toBe("greeter");
    expect(code(() => link(world, job, "greeter-2"))).toBe("finetune/15");
    const second = paidJob(world);
    expect(code(() => link(world, second, "greeter"))).toBe("finetune/15");
    expect(world.broken()).toEqual([]);
  });

  test("with other weights, other snapshots, another owner, or of a job that is not paid is refused", () => {
    const world = new World();
    const held = heldJob(world);
    world.models.set("greeter", MODEL);
    expect(code(() => link(world, held, "greeter"))).toBe("finetune/9");
    world.endBlocks(21);
    world.models.set("other-weights", { ...MODEL, weightsHash: hashOf("others") });
    world.models.set("hides-data", { ...MODEL, snapshots: ["farewells/1"] });
    world.models.set("of-bob", { ...MODEL, owner: account("bob") });
    for (const model of ["other-weights", "hides-data", "of-bob", "unknown"]) {
      expect(
        code(() => link(world, held, model)),
        model,
      ).toBe("finetune/15");
    }
    expect(code(() => link(world, held, "greeter", "bob"))).toBe("finetune/10");
  });
});
