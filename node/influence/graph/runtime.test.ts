import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { encodeGraph } from "./encode.ts";
import { openGraph } from "./runtime.ts";
import { double, int64 } from "./tensor.ts";
import type { Tensor } from "./types.ts";

function doubled() {
  const b = new GraphBuilder();
  b.input("x", "float", ["batch"]);
  b.input("i", "int64", ["batch"]);
  const [y] = b.call("Add", ["x", "x"], {}, ["y"]);
  const [z] = b.call("Add", ["i", "i"], {}, ["z"]);
  const [even] = b.call("Equal", ["i", "z"], {}, ["even"]);
  return b.build([y!, z!, even!]);
}

test("float graphs run in float64, and every type comes back as itself", async () => {
  const session = await openGraph(encodeGraph(doubled()));
  const { y, z, even } = await session.run({ x: double([0.1, 2 ** -60]), i: int64([2 ** 40, 0]) });
  await session.release();
  expect(session.provider).toBe("cpu");
  expect(y).toEqual(double([0.2, 2 ** -59]));
  expect(z).toEqual(int64([2 ** 41, 0]));
  expect(even).toEqual({ dtype: "bool", dims: [2], data: Uint8Array.of(0, 1) });
});

test("only wanted outputs are returned; a missing input, another type and an unknown output are refused by name", async () => {
  const session = await openGraph(doubled());
  const feeds = { x: double([1]), i: int64([1]) };
  expect(Object.keys(await session.run(feeds, ["z"]))).toEqual(["z"]);
  const narrow: Tensor = { dtype: "float", dims: [1], data: Float64Array.of(1) };
  await expect(session.run({ x: feeds.x })).rejects.toThrow("no tensor is fed to the input i");
  await expect(session.run({ ...feeds, x: narrow })).rejects.toThrow("x takes double, got float");
  await expect(session.run(feeds, ["w"])).rejects.toThrow("the graph has no output w");
  await session.release();
});

test("where no CUDA provider is installed, cuda falls back to the CPU", async () => {
  const session = await openGraph(doubled(), "cuda");
  expect(["cpu", "cuda"]).toContain(session.provider);
  const { y } = await session.run({ x: double([3]), i: int64([1]) });
  await session.release();
  expect(y).toEqual(double([6]));
});
