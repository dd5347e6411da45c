import { parseArgs } from "node:util";
import { requireBanking77 } from "../bench/dataset.ts";
import { runPayout } from "./payout.ts";

// node bin/run test/economy/main.ts [--seed 1] [--inferences 300] [--lambda 0.00002] [--honest-only] [--flood-once] [--output json]
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    inferences: { type: "string", default: "300" },
    lambda: { type: "string" },
    "honest-only": { type: "boolean", default: false },
    "flood-once": { type: "boolean", default: false },
    output: { type: "string", default: "text" },
  },
});

const result = await runPayout(requireBanking77(), {
  seed: Number(values.seed),
  inferences: Number(values.inferences),
  honestOnly: values["honest-only"],
  floodOnce: values["flood-once"],
  ...(values.lambda === undefined ? {} : { lambda: Number(values.lambda) }),
  onStage: (stage) => process.stderr.write(`${stage}\n`),
});
if (values.output === "json") {
  process.stdout.write(`${JSON.stringify(result)}\n`);
} else {
  process.stdout.write(
    `accuracy ${result.accuracy.toFixed(4)}, contributors receive ${result.paidToContributors.toFixed(3)}\n`,
  );
  for (const c of result.contributors) {
    const counts = `${c.submitted} submitted, ${c.accepted} accepted, ${c.owners} owners`;
    const relative = `per submitted ${c.perSubmitted.toFixed(3)}, per accepted ${c.perAccepted.toFixed(3)}`;
    process.stdout.write(`${c.name.padEnd(16)} ${counts}; paid ${c.paid.toFixed(2)}; ${relative}\n`);
  }
}
