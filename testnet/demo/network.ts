import { setTimeout as sleep } from "node:timers/promises";
import { CURATORS } from "./curators.ts";
import type { Demo, Manifest } from "./demo.ts";
import { CHAIN_ID } from "./options.ts";
import { freeBasePort } from "./ports.ts";
import type { Service } from "./processes.ts";
import { Rpc } from "./rpc.ts";

/** Pause between a decision and the next block. A claim lives ten blocks: verifiers of much data need longer ones. */
const COMMIT_MS = { few: 400, many: 1_000 };
/** Blocks in which all validators of one machine recompute training and index: at least, and one more for so many rows x labels. */
const TRAINING_BLOCKS = { least: 60, rowsTimesLabels: 8_000 };
const MANY_ROWS = 2_000;
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** Networks of at least this size have a validator without verifier and one that guesses: the others outvote them. */
const FEWEST_FOR_FAULTS = 4;

export const ROLES_ON_CHAIN = { creator: "creator", trainer: "trainer", host: "host", reader: "reader" } as const;

export function curatorNames(): string[] {
  return Array.from({ length: CURATORS }, (_, i) => `curator-${i + 1}`);
}

export interface Oddities {
  /** Moniker of the validator that has no verifier. */
  readonly without: string | undefined;
  /** Moniker of the validator that guesses. */
  readonly guessing: string | undefined;
}

export function odditiesOf(validators: number): Oddities {
  if (validators < FEWEST_FOR_FAULTS) return { without: undefined, guessing: undefined };
  return { without: `val${validators - 1}`, guessing: `val${validators - 2}` };
}

/** Makes homes, keys and genesis, and starts the validators in processes of their own. */
export async function startNetwork(
  demo: Demo,
  contributors: readonly string[],
  { rows, labels }: { readonly rows: number; readonly labels: number },
): Promise<void> {
  const { validators, seed } = demo.options;
  const { without, guessing } = odditiesOf(validators);
  const size = rows < MANY_ROWS ? "few" : "many";
  const trainingBlocks = TRAINING_BLOCKS.least + Math.ceil((rows * labels) / TRAINING_BLOCKS.rowsTimesLabels);
  const accounts = [...Object.values(ROLES_ON_CHAIN), ...curatorNames(), ...contributors];
  const manifest = await demo.cli<Manifest>(
    ...["testnet", "init", "--dir", demo.networkDir, "--chain-id", CHAIN_ID, "--seed", `demo/${seed}`],
    ...["--validators", String(validators), "--full-nodes", "1", "--accounts", accounts.join(",")],
    ...["--base-port", String(await freeBasePort(validators + 1))],
    ...["--commit-ms", String(COMMIT_MS[size]), "--training-blocks", String(trainingBlocks)],
    ...(without ? ["--without-verifier", without] : []),
  );
  const running = manifest.nodes.filter(({ validator }) => validator);
  for (const node of running) startNode(demo, node);
  const notes = { [without ?? ""]: " (no verifier)", [guessing ?? ""]: " (guesses its attestations)" };
  demo.progress.note(`   ${running.map(({ moniker }) => `${moniker}${notes[moniker] ?? ""}`).join(", ")}`);
  await Promise.all(running.map(({ rpc }) => reaches(demo, new Rpc(rpc), 2)));
  demo.useNetwork(manifest);
}

export function startNode(demo: Demo, { moniker, home }: Manifest["nodes"][number]): Service {
  const { guessing } = odditiesOf(demo.options.validators);
  return demo.serve(moniker, ["start", "--home", home, ...(moniker === guessing ? ["--fault-guess", "zeros"] : [])]);
}

/** Waits until a node has applied a height. Throws DemoError when it ends, Error when it takes too long. */
export async function reaches(demo: Demo, rpc: Rpc, height: number): Promise<number> {
  const end = Date.now() + START_TIMEOUT_MS;
  let reason = "";
  while (Date.now() < end) {
    demo.checkServices();
    try {
      const status = await rpc.status();
      if (status.height >= height) return status.height;
      reason = `it is at height ${status.height}`;
    } catch (error) {
      reason = (error as Error).message;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${rpc.url} did not reach height ${height} in ${START_TIMEOUT_MS / 1000} s: ${reason}`);
}
