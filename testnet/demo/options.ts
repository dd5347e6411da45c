import { join } from "node:path";

export interface DemoOptions {
  /** CSV of labelled texts; undefined: the workshop's questions that ship with the program. */
  readonly data: string | undefined;
  /** CSV of held-out questions; undefined: a part of the data is held out. */
  readonly test: string | undefined;
  readonly textColumn: string;
  readonly labelColumn: string;
  readonly honestOnly: boolean;
  readonly inferences: number;
  readonly validators: number;
  readonly seed: string;
  /** Folder to work in, kept afterwards; undefined: a temporary one. */
  readonly home: string | undefined;
  /** Leave the network running until interrupted. */
  readonly keep: boolean;
}

const DATA = join(import.meta.dirname, "..", "data");

export const BUILT_IN = {
  data: join(DATA, "workshop-train.csv"),
  test: join(DATA, "workshop-test.csv"),
} as const;

/** One chain id for every run: ids and keys must not differ between two runs of a seed. */
export const CHAIN_ID = "openledger-demo-1";
export const DATANET = "demo-data";
export const MODEL = "demo-model";
export const DENOM = "uopen";

/** Price of the model in uopen: the amounts paid to single items stay far above one unit. */
export const PRICE_REQUEST = 1_000_000;
export const PRICE_TOKEN = 1_000;
