import { expect, test } from "vitest";
import { measureLds } from "./lds.ts";
import { syntheticData } from "./synthetic.ts";

test("behavior: integer scores from index bytes predict retraining, far better than same-label cosine", async () => {
  const data = syntheticData(400, "lds");
  const options = { data, items: 300, subsets: 16, queries: 20, lambda: 2e-3 };
  const { lds, cosineBaseline } = await measureLds(options);
  expect(lds).toBeGreaterThan(0.8);
  expect(lds - cosineBaseline).toBeGreaterThan(0.1);
}, 120_000);
