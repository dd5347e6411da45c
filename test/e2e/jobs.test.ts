import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { downloadArtefact } from "../../cli/work/artefacts.ts";
import type { DisputeView } from "../../cli/work/disputes.ts";
import type { JobView } from "../../cli/work/jobs.ts";
import { DEFAULT_PARAMS as DISPUTE_PARAMS } from "../../modules/dispute/params.ts";
import { DEFAULT_PARAMS } from "../../modules/finetune/params.ts";
import { decodeLog, headOf, logProofs } from "../../node/factory/job/index.ts";
import { Params as DisputeParams } from "../../proto/gen/openledger/dispute/v1.ts";
import { Params } from "../../proto/gen/openledger/finetune/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { TestNetwork } from "./network.ts";
import { cli, cliJson, eventually } from "./process.ts";

const LONGEST_MS = 15 * 60_000;
const CURATORS = ["cat", "dan", "eve"];
const CONTRIBUTORS = ["ann", "bob"];
const PRICE = 20_000_000n;
const BOND = 5_000_000n;

/** Long enough for a move on a busy machine, short enough to see one missed. */
const MOVE_BLOCKS = 40n;
const CHALLENGE_BOND = 2_000_000n;

let network: TestNetwork;
let manifest = "";

/** Arguments that every command of an account takes. */
const by = (name: string) => ["--from", name, ...reading()];
const reading = () => [
  ...["--home", network.keyring, "--keyring-backend", "test"],
  ...["--node", network.nodes[0]?.rpc ?? ""],
];

const balance = async (name: string) => {
  const { coins } = await cliJson<{ coins: { amount: string }[] }>("query", "balance", name, ...reading());
  return BigInt(coins[0]?.amount ?? "0");
};

const show = (job: string) => cliJson<JobView>("job", "show", job, ...reading());

const createJob = async () => {
  const terms = ["--price", String(PRICE), "--bond", String(BOND)];
  return (await cliJson<{ job: string }>("job", "create", "--dir", manifest, ...terms, ...by("rae"))).job;
};

/** Follows a job until validators have decided and the dispute window is over: the job then, and the exit code. */
const ended = (job: string) =>
  eventually(
    `job ${job} ends`,
    async () => {
      const { code, stdout, stderr } = await cli("job", "watch", job, "--output", "json", ...reading());
      if (stdout === "") throw new Error(`job watch exits with ${code}: ${stderr}`);
      return { code, stderr, ...(JSON.parse(stdout) as JobView & { curve: { step: number; loss: number }[] }) };
    },
    LONGEST_MS,
  );

/** Short windows, so that a test sees them end. */
function shorten(): void {
  for (const node of network.nodes) {
    const path = node.path("config", "genesis.json");
    const genesis = JSON.parse(readFileSync(path, "utf8"));
    genesis.app_state.finetune = { params: toJson(Params, { ...DEFAULT_PARAMS, disputeBlocks: 6n }) };
    genesis.app_state.dispute = { params: toJson(DisputeParams, { ...DISPUTE_PARAMS, moveBlocks: MOVE_BLOCKS }) };
    writeFileSync(path, JSON.stringify(genesis));
  }
}

/** A DataNet with one accepted snapshot, made by the command line. */
async function makeSnapshot(): Promise<void> {
  const blocks = ["--submit-blocks", "5000", "--review-blocks", "5000", "--reveal-blocks", "5000"];
  const about = ["--title", "Workshop", "--topic", "Repairs", "--licence", "CC0-1.0", "--labels", "brakes,drivetrain"];
  await cliJson("tx", "datanet", "create-data-net", "--id", "bikes", ...about, ...blocks, ...by("rae"));
  const advance = () => cliJson("tx", "datanet", "advance-window", "--datanet", "bikes", ...by("rae"));
  for (const name of CURATORS) await cliJson("curate", "register", "--bond", "20000000", ...by(name));
  const lines = readFileSync(join(import.meta.dirname, "../../testnet/data/workshop-train.csv"), "utf8").split("\n");
  const rows = lines.filter((line) => /,(brakes|drivetrain)$/.test(line)).slice(0, 60);
  for (const [i, name] of CONTRIBUTORS.entries()) {
    const file = join(network.dir, `${name}.csv`);
    writeFileSync(file, ["text,category", ...rows.filter((_, row) => row % CONTRIBUTORS.length === i)].join("\n"));
    await cliJson("contribute", "--datanet", "bikes", "--data", file, ...by(name));
  }
  await advance();
  for (const name of CURATORS) await cliJson("curate", "commit", "--datanet", "bikes", "--accept-all", ...by(name));
  await advance();
  for (const name of CURATORS) await cliJson("curate", "reveal", "--datanet", "bikes", ...by(name));
  await advance();
  await cliJson("snapshot", "build", "--datanet", "bikes", "--window", "1", ...by("rae"));
}

beforeAll(async () => {
  network = await TestNetwork.create({
    validators: 4,
    accounts: [...CONTRIBUTORS, ...CURATORS, "rae", "tom", "liz"],
    verifiers: ["val0", "val1", "val2"],
  });
  shorten();
  await network.start();
  await network.reach(2);
  await makeSnapshot();
  manifest = join(network.dir, "job");
  const choices = ["--seed", "bikes", "--held-out", "5", "--checkpoint-every", "4"];
  await cliJson("factory", "init", "--dir", manifest, "--snapshot", "bikes/1", ...choices, ...reading());
}, LONGEST_MS);

afterAll(async () => {
  await network?.remove();
});

describe("a training job on four validators", () => {
  test(
    "is taken, trained, published and claimed by a trainer; validators train it again, and the escrow pays",
    async () => {
      const before = { rae: await balance("rae"), tom: await balance("tom") };
      const job = await createJob();
      expect(await show(job)).toMatchObject({ status: "open", method: "head", snapshots: ["bikes/1"] });
      const worked = await cliJson<{ jobs: { job: string }[] }>("job", "work", "--once", ...by("tom"));
      expect(worked.jobs.map((each) => each.job)).toEqual([job]);
      const paid = await ended(job);
      expect(paid).toMatchObject({ code: 0, status: "paid", trainer: network.account("tom").address });
      expect(paid.checkpoints).toBeGreaterThan(1);
      const losses = paid.curve.map(({ loss }) => loss);
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      expect(paid.paid).toEqual({ trainer: "19000000", attesters: "1000000", requester: "0" });
      // What is missing beyond the price is gas.
      const spent = before.rae - (await balance("rae"));
      expect(spent).toBeGreaterThanOrEqual(PRICE);
      expect(spent).toBeLessThan(PRICE + 100_000n);
      const { jobs } = await cliJson<{ jobs: JobView[] }>("job", "list", "--trainer", "tom", ...reading());
      expect(jobs.map(({ id, status }) => [id, status])).toEqual([[job, "paid"]]);
    },
    LONGEST_MS,
  );

  test(
    "that is right is not challenged by who computes it; who does all the same and then keeps silent loses the stake",
    async () => {
      const { jobs } = await cliJson<{ jobs: JobView[] }>("job", "list", "--status", "paid", ...reading());
      const { id: job, result } = jobs[0] as JobView;
      const claim = result?.claim ?? "";
      const refused = await cli("dispute", "challenge", "--job", job, ...by("liz"));
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("exactly what the claim says")]);
      const log = decodeLog(await downloadArtefact(network.nodes[0]?.rpc ?? "", result?.logBlob ?? ""));
      const { steps, every } = headOf(log);
      const aunts = (logProofs(log)[0]?.aunts ?? []).map(toHex).join(",");
      const before = { liz: await balance("liz"), tom: await balance("tom") };
      const head = ["--claim-id", claim, "--steps", String(steps), "--every", String(every), "--aunts", aunts];
      await cliJson("tx", "dispute", "challenge", ...head, ...by("liz"));
      const open = await cliJson<{ disputes: DisputeView[] }>("dispute", "list", "--of", "tom", ...reading());
      expect(open.disputes).toMatchObject([{ claim, phase: "respond", outcome: "" }]);
      const answered = await cliJson<typeof open>("dispute", "watch", "--answer", "--once", ...by("tom"));
      expect(answered.disputes).toMatchObject([{ outcome: "upheld", reason: "timeout" }]);
      const shown = await cliJson<DisputeView>("dispute", "show", open.disputes[0]?.id ?? "", ...reading());
      expect(shown).toMatchObject({ phase: "over", challenger: network.account("liz").address });
      expect(before.liz - (await balance("liz"))).toBeGreaterThanOrEqual(CHALLENGE_BOND);
      expect((await balance("tom")) - before.tom).toBeGreaterThan(CHALLENGE_BOND / 2n - 100_000n);
      expect((await cli("dispute", "show", "short", ...reading())).code).toBe(2);
      expect((await cli("dispute", "challenge", "--model", "none", ...by("liz"))).code).toBe(9);
    },
    LONGEST_MS,
  );

  test(
    "with a wrong result is refunded, and the trainer's bond is lost",
    async () => {
      const job = await createJob();
      const before = await balance("rae");
      await cliJson("job", "accept", job, ...by("liz"));
      const point = ["--step", "8", "--root", "ab".repeat(32), "--loss", "0.25", "--held-out", "0.9"];
      await cliJson("job", "checkpoint", job, ...point, ...by("liz"));
      const lie = join(network.dir, "lie");
      writeFileSync(lie, "no weights");
      const result = [
        "--steps",
        "50",
        "--weights-hash",
        "cd".repeat(32),
        "--weights",
        lie,
        "--log-root",
        "ef".repeat(32),
      ];
      await cliJson("job", "complete", job, ...result, "--log", lie, ...by("liz"));
      const rejected = await ended(job);
      expect(rejected).toMatchObject({ code: 1, status: "rejected", paid: { requester: String(PRICE) } });
      expect(rejected.stderr).toContain("the job ended rejected");
      expect((await balance("rae")) - before).toBe(PRICE);
    },
    LONGEST_MS,
  );

  test(
    "can be cancelled while it is open, and commands say by their exit code what was wrong",
    async () => {
      const job = await createJob();
      const before = await balance("rae");
      expect((await cli("job", "cancel", job, ...by("tom"))).code).toBe(8);
      await cliJson("job", "cancel", job, ...by("rae"));
      expect(await show(job)).toMatchObject({ status: "cancelled" });
      expect((await balance("rae")) - before).toBeGreaterThan(PRICE - 100_000n);
      expect((await cli("job", "accept", job, ...by("tom"))).code).toBe(8);
      expect((await cli("job", "show", "0".repeat(64), ...reading())).code).toBe(9);
      expect((await cli("job", "show", "short", ...reading())).code).toBe(2);
      expect((await cli("job", "list", "--status", "odd", ...reading())).code).toBe(2);
    },
    LONGEST_MS,
  );

  test(
    "and all nodes still agree",
    async () => {
      await network.reach((await network.height()) + 2);
      expect(new Set((await network.appHashes()).hashes).size).toBe(1);
    },
    LONGEST_MS,
  );
});
