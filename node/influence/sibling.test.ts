import { expect, test } from "vitest";
import { siblingModule } from "./sibling.ts";

test("a sibling has the caller's extension", () => {
  expect(siblingModule("worker", "file:///a/b/pool.ts").href).toBe("file:///a/b/worker.ts");
  expect(siblingModule("worker", "file:///a/b/pool.js").href).toBe("file:///a/b/worker.js");
});
