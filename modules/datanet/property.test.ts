import { expect, test } from "vitest";
import { Moves } from "./testing/moves.ts";
import { World } from "./testing/world.ts";

const SEEDS = 6;
const STEPS = 500;

/** Invariants read the whole state, so they are checked after every few moves. */
const CHECK_EVERY = 5;

/** Coins that events say were burnt. */
function burntByEvents(world: World): bigint {
  return world
    .events("expire_contribution")
    .flatMap(({ attributes }) => attributes)
    .filter(({ key }) => key === "burnt")
    .reduce((sum, { value }) => sum + BigInt(value), 0n);
}

test("random moves keep every invariant, and supply falls by exactly what is burnt", () => {
  const done = new Map<string, number>();
  let drawn = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new World();
    const moves = new Moves(world, seed);
    for (let step = 0; step < STEPS; step++) {
      const name = moves.step();
      if (step % CHECK_EVERY > 0) continue;
      const broken = world.broken();
      expect(broken, `seed ${seed}, step ${step}: ${name}`).toEqual([]);
      expect(world.burnt(), `seed ${seed}, step ${step}: ${name}`).toBe(burntByEvents(world));
    }
    drawn += world.events("draw_held_out").length;
    const state = world.export();
    expect(new World(state, world.funds()).export()).toEqual(state);
    for (const [name, count] of moves.done) done.set(name, (done.get(name) ?? 0) + count);
  }
  // The moves reach every part of the modules: none is refused each time.
  for (const name of [
    "create",
    "advance",
    "reveal",
    "withdraw",
    "unregister",
    "verdicts",
    "shows",
    "snapshot",
    "decide",
    "model",
  ]) {
    expect(done.get(name) ?? 0, name).toBeGreaterThan(1);
  }
  expect(drawn).toBeGreaterThan(1);
});

test("the same moves give the same state", () => {
  const run = () => {
    const moves = new Moves(new World(), 99);
    for (let step = 0; step < STEPS; step++) moves.step();
    return moves.world.export();
  };
  expect(run()).toEqual(run());
});
