import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const root = mkdtempSync(join(tmpdir(), "openledger-factory-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MAIN = join(import.meta.dirname, "..", "main.ts");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, "factory", ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, ended };
}

const run = (...args: string[]) => start(args).ended;

async function json(...args: string[]): Promise<Record<string, never>> {
  const { code, out, err } = await run(...args, "--output", "json");
  expect([code, err.split("\n").filter((line) => line.startsWith("error"))]).toEqual([0, []]);
  return JSON.parse(out) as Record<string, never>;
}

const COLOURS = ["red", "green", "blue"];
const lines = Array.from(
  { length: 45 },
  (_, i) => `paint the ${["door", "wall", "roof"][i % 3]} of house ${i} ${COLOURS[i % 3]},${COLOURS[i % 3]}`,
);
writeFileSync(join(root, "paint.csv"), `text,label\n${lines.join("\n")}\n`);

const DECODER = [
  "--decoder",
  "1,16,2",
  "--context",
  "16",
  "--vocab",
  "280",
  "--epochs",
  "4",
  "--batch",
  "8",
  "--rate",
  "0.01",
];
const ROWS = ["--csv", "paint.csv", "--keep-duplicates", "--seed", "one"];

/** Ends a job by SIGKILL as soon as its folder holds a second checkpoint. */
async function killedEarly(dir: string): Promise<void> {
  const { child, ended } = start(["train", "--dir", dir]);
  const watcher = watch(join(root, dir), { recursive: true }, (_event, file) => {
    if (file?.endsWith("000002.state")) child.kill("SIGKILL");
  });
  expect((await ended).code).toBe(null);
  watcher.close();
}

describe("openledgerd factory", { timeout: 60_000 }, () => {
  test("a job that was killed and resumed gives the bytes of one that was not; both are verified", async () => {
    for (const dir of ["a", "b"]) {
      await json("init", "--dir", dir, "--method", "full", ...ROWS, ...DECODER, "--checkpoint-every", "4");
    }
    const whole = await json("train", "--dir", "a");
    await killedEarly("b");
    expect(await json("status", "--dir", "b")).toMatchObject({ state: "stopped" });
    expect((await run("train", "--dir", "b")).err).toMatch(/has begun\n {2}go on with `openledgerd factory resume`/);
    const resumed = await json("resume", "--dir", "b");
    expect([resumed.weightsHash, resumed.logRoot]).toEqual([whole.weightsHash, whole.logRoot]);
    expect(readFileSync(join(root, "b", "log.bin")).equals(readFileSync(join(root, "a", "log.bin")))).toBe(true);
    expect(await json("verify", "--dir", "b", "--from", "1", "--to", "2")).toMatchObject({ agrees: true });
  });

  test("SIGINT ends a job cleanly at a step, from which it goes on", async () => {
    const dir = "c";
    await json("init", "--dir", dir, "--method", "full", ...ROWS, ...DECODER, "--checkpoint-every", "1000");
    const { child, ended } = start(["train", "--dir", dir]);
    child.stderr.on("data", (text: Buffer) => {
      if (text.toString().startsWith("checkpoint 0")) child.kill("SIGINT");
    });
    const { code, err } = await ended;
    expect([code, /stopped after step \d+; it can be resumed/.test(err)]).toEqual([1, true]);
    const resumed = await json("resume", "--dir", dir);
    const whole = JSON.parse((await run("status", "--dir", "a", "--output", "json")).out) as { step: number };
    expect(resumed.steps).toBe(whole.step);
  });

  test("a changed state, a changed file of rows and a changed manifest are found", async () => {
    const state = join(root, "a", "checkpoints", "000001.state");
    const bytes = readFileSync(state);
    writeFileSync(
      state,
      bytes.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
    );
    const wrong = await run("verify", "--dir", "a", "--from", "1", "--to", "2");
    expect([wrong.code, /not verified\n {2}lineage: the state of checkpoint 1/.test(wrong.err)]).toEqual([1, true]);
    writeFileSync(state, bytes);
    for (const name of ["weights.bin", "checkpoints/000002.state", "manifest.bin"]) {
      const file = join(root, "a", name);
      const good = readFileSync(file);
      writeFileSync(
        file,
        good.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
      );
      const { code, err } = await run("verify", "--dir", "a", "--from", "0", "--to", "1");
      expect([code, err.includes(`not verified\n  a/${name} `)]).toEqual([1, true]);
      writeFileSync(file, good);
    }
    const rows = readFileSync(join(root, "paint.csv"), "utf8");
    writeFileSync(join(root, "paint.csv"), rows.replace("roof of house 5", "cellar of house 5"));
    const other = await run("verify", "--dir", "a");
    expect([other.code, /not verified\n {2}lineage: root of csv\/paint.csv/.test(other.err)]).toEqual([1, true]);
    writeFileSync(join(root, "paint.csv"), rows);
    const manifest = join(root, "a", "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace('"epochs": 4', '"epochs": 40'));
    expect((await run("verify", "--dir", "a")).err).toMatch(/not verified\n {2}lineage: the log is of the manifest/);
    writeFileSync(manifest, text.replace('"batch": 8', '"batch": 0'));
    const refused = await run("show", "--dir", "a");
    expect([refused.code, refused.err]).toEqual([
      2,
      "error: manifest: batch is 0; it must be a whole number from 1 to 65536\n",
    ]);
  });

  test("mistakes end with what to do and their exit code", async () => {
    const outcome = async (...args: string[]) => {
      const { code, err } = await run(...args);
      return `${code} ${err.split("\n")[0]}`;
    };
    expect(await outcome("train", "--dir", "nowhere")).toBe("9 error: nowhere holds no job");
    expect(await outcome("init", "--dir", "d")).toBe("2 error: give one of --snapshot and --csv");
    expect(await outcome("init", "--dir", "d", "--csv", "paint.csv", "--method", "full", "--seed", "s")).toMatch(/^2 /);
    const head = ["init", "--dir", "d", "--csv", "paint.csv"];
    expect(await outcome(...head)).toBe("2 error: a head is trained on labels");
    writeFileSync(join(root, "one.csv"), "text,label\na wall,red\n");
    const one = await run("init", "--dir", "d", "--csv", "one.csv", "--label-column", "label");
    expect([one.code, one.err]).toEqual([2, expect.stringContaining("error: all rows are of one class, red\n")]);
    expect(await outcome(...head, "--held-out", "1")).toBe("2 error: --held-out 1 leaves nothing to train on");
    expect(await outcome("init", "--dir", "a", "--csv", "paint.csv")).toBe("4 error: a holds a job already");
    expect(await outcome("plot", "--dir", "a", "--out", "a.png")).toBe("2 error: a.png is neither .html nor .svg");
  });
});
