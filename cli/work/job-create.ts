import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import {
  decodeManifest,
  encodeManifest,
  JOB_FILES,
  type JobManifest,
  parseManifest,
} from "../../node/factory/job/index.ts";
import { manifestFacts } from "../../node/jobs/index.ts";
import { MsgCreateFinetuneJob, MsgCreateFinetuneJobResponse } from "../../proto/gen/openledger/finetune/v1.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { uploadArtefact } from "./artefacts.ts";
import type { Session } from "./session.ts";

/** Canonical bytes of a manifest file, which holds those bytes or their JSON. Throws CliError `usage`. */
export function readManifest(path: string): { readonly bytes: Uint8Array; readonly manifest: JobManifest } {
  const file = readFileSync(path);
  try {
    const isJson = file.subarray(0, 64).toString("utf8").trimStart().startsWith("{");
    const manifest = isJson ? parseManifest(file.toString("utf8")) : decodeManifest(file);
    return { bytes: encodeManifest(manifest), manifest };
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(EXIT.usage, `${path}: ${message}`, "see `openledgerd factory --help`", { cause: error });
  }
}

/** Manifest and files of its base: of a factory's folder, or given one by one. Throws CliError `usage`. */
export function jobFiles(options: {
  readonly dir?: string;
  readonly manifest?: string;
  /** By commas. */
  readonly base: string;
}): { readonly manifest: string; readonly base: readonly string[] } {
  const { dir, manifest, base } = options;
  if (manifest !== undefined && dir === undefined)
    return { manifest, base: base.split(",").filter((file) => file !== "") };
  if (dir === undefined || manifest !== undefined || base !== "")
    throw usageError("give --dir, or --manifest and --base");
  const encoder = join(dir, JOB_FILES.encoder);
  const encoderFiles = existsSync(encoder) ? readdirSync(encoder).sort() : [];
  const parts = [JOB_FILES.graph, JOB_FILES.tokenizer]
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path));
  return { manifest: join(dir, JOB_FILES.json), base: [...parts, ...encoderFiles.map((name) => join(encoder, name))] };
}

export interface NewJob {
  readonly manifest: string;
  readonly price: string;
  readonly bond: string;
  readonly deadlineBlocks: number;
  /** Files of what the manifest names by hash. */
  readonly base: readonly string[];
}

/** Uploads the manifest and offers the job. */
export async function createJob(
  session: Session,
  { manifest: path, price, bond, deadlineBlocks, base }: NewJob,
): Promise<{ readonly job: string; readonly manifestHash: string; readonly manifestBlob: string }> {
  const { bytes, manifest } = readManifest(path);
  const upload = (blob: Uint8Array) => uploadArtefact(session.client.url, session.uploader, blob);
  const manifestBlob = await upload(bytes);
  const baseBlobs: Uint8Array[] = [];
  for (const file of base) baseBlobs.push(fromHex(await upload(readFileSync(file))));
  const terms = { price, bond, deadlineBlocks: BigInt(deadlineBlocks), ...manifestFacts(manifest) };
  const hashes = { manifestHash: sha256(bytes), manifestBlob: fromHex(manifestBlob) };
  const value = { requester: session.address, ...hashes, ...terms, baseBlobs };
  const { msgResponses } = await session.send([{ typeUrl: MsgCreateFinetuneJob.typeUrl, value }]);
  const { job } = MsgCreateFinetuneJobResponse.decode(msgResponses[0]?.value ?? new Uint8Array(0));
  return { job, manifestHash: toHex(hashes.manifestHash), manifestBlob };
}
