import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { contributionCommitment, contributionId, contributionRoot } from "../../modules/datanet/ids.ts";
import { ContributionItems, Item } from "../../proto/gen/openledger/datanet/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { usageError } from "../errors.ts";
import type { CsvRow } from "./csv.ts";
import { secretSalt } from "./salt.ts";

/** One contribution before it is on chain. */
export interface Batch {
  readonly id: string;
  readonly commitment: Uint8Array;
  readonly salt: Uint8Array;
  readonly root: Uint8Array;
  /** Encoded ContributionItems, and its sha256. */
  readonly bytes: Uint8Array;
  readonly blob: Uint8Array;
  readonly items: number;
}

export interface BatchOptions {
  /** File that the rows come from, for messages. */
  readonly file: string;
  readonly datanet: string;
  readonly window: number;
  readonly contributor: string;
  readonly privateKey: Uint8Array;
  /** Labels that the DataNet knows. */
  readonly labels: readonly string[];
  readonly maxItems: number;
  /** Bytes of one contribution's encoded items. */
  readonly maxBytes: number;
}

/** Tag and length of one entry of a repeated field: at most this many bytes above the item itself. */
const ENTRY_OVERHEAD = 6;

/** Cuts rows, in their order, into contributions within the DataNet's bounds. Throws CliError `usage` with the line. */
export function makeBatches(rows: readonly CsvRow[], options: BatchOptions): Batch[] {
  const known = new Set(options.labels);
  const batches: Batch[] = [];
  let items: Item[] = [];
  let size = 0;
  const close = () => {
    if (items.length > 0) batches.push(makeBatch(items, options));
    items = [];
    size = 0;
  };
  for (const { text, label, line } of rows) {
    if (!known.has(label)) throw unknownLabel(label, line, options);
    const item = { text, label };
    const bytes = encodeBytes(Item, item).length + ENTRY_OVERHEAD;
    if (bytes > options.maxBytes)
      throw usageError(`${options.file} line ${line}: an item above ${options.maxBytes} bytes`, "split its text");
    if (items.length === options.maxItems || size + bytes > options.maxBytes) close();
    items.push(item);
    size += bytes;
  }
  close();
  return batches;
}

function unknownLabel(label: string, line: number, { file, datanet, labels }: BatchOptions): Error {
  const list = labels.slice(0, 12).join(", ") + (labels.length > 12 ? `, and ${labels.length - 12} more` : "");
  return usageError(
    `${file} line ${line}: ${JSON.stringify(label)} is no label of DataNet ${datanet}`,
    `its labels: ${list}`,
  );
}

function makeBatch(items: readonly Item[], options: BatchOptions): Batch {
  const { datanet, window, contributor } = options;
  const root = contributionRoot(items.map((item) => encodeBytes(Item, item)));
  const salt = secretSalt(options.privateKey, "contribution", utf8Bytes(datanet), root);
  const commitment = contributionCommitment({ contributor, datanet, root, salt });
  const bytes = encodeBytes(ContributionItems, { items: [...items] });
  const id = contributionId({ datanet, window, contributor, commitment });
  return { id, commitment, salt, root, bytes, blob: sha256(bytes), items: items.length };
}

/** Hex of a batch's blob id. */
export function blobIdOfBatch(batch: Pick<Batch, "blob">): string {
  return toHex(batch.blob);
}
