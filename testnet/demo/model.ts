import { writeCsv } from "./data.ts";
import type { LabelledText } from "./dealing.ts";
import type { Demo } from "./demo.ts";
import { ROLES_ON_CHAIN } from "./network.ts";
import { DATANET, MODEL, PRICE_REQUEST, PRICE_TOKEN } from "./options.ts";

export interface PostedSnapshot {
  readonly snapshot: string;
  readonly root: string;
  readonly items: number;
  readonly clusters: number;
  readonly blob: string;
}

export interface TrainedModel {
  readonly weightsHash: string;
  readonly testAccuracy: number | null;
  readonly heldOutRows: number;
  readonly heldOutAccuracy: number | null;
  readonly rows: number;
}

export function buildSnapshot(demo: Demo): Promise<PostedSnapshot> {
  const from = ROLES_ON_CHAIN.trainer;
  return demo.cli<PostedSnapshot>("snapshot", "build", "--datanet", DATANET, "--window", "1", "--from", from);
}

export async function trainModel(
  demo: Demo,
  snapshot: string,
  questions: readonly LabelledText[],
): Promise<TrainedModel> {
  const test = writeCsv(demo.file("test.csv"), questions);
  return demo.cli<TrainedModel>("model", "train", "--snapshot", snapshot, "--out", demo.file("model"), "--test", test);
}

export interface RegisteredModel {
  readonly indexRoot: string;
  /** Claims that found no quorum before both were accepted. */
  readonly missed: number;
}

/** Builds the index, registers the model, and waits until validators recomputed both. */
export async function indexAndRegister(demo: Demo): Promise<RegisteredModel> {
  const dir = demo.file("model");
  await demo.cli("model", "index", "--dir", dir);
  return demo.cli<RegisteredModel>(
    ...["model", "register", "--dir", dir, "--id", MODEL, "--from", ROLES_ON_CHAIN.trainer],
    ...["--price-request", String(PRICE_REQUEST), "--price-token", String(PRICE_TOKEN)],
  );
}
