import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { Job } from "../../proto/gen/openledger/finetune/v1.ts";
import type { JobData, SourceRows } from "../factory/job/data.ts";
import { JobError } from "../factory/job/errors.ts";
import { DataForm, decodeManifest, type JobManifest } from "../factory/job/manifest.ts";
import { decodeSpec, type EncoderFiles, encoderInThreads, isGraphEncoder } from "../influence/encoders/index.ts";
import { JobDataError } from "./errors.ts";
import { contradiction } from "./facts.ts";
import { fetchBlob, type JobPorts, snapshotRows } from "./snapshot-rows.ts";

/** Everything that a job's manifest refers to, as bytes and rows: it can be sent to another thread. */
export interface JobInputs {
  /** Canonical bytes. */
  readonly manifest: Uint8Array;
  readonly sources: readonly SourceRows[];
  readonly graph: Uint8Array | undefined;
  readonly tokenizer: Uint8Array | undefined;
  readonly encoder: EncoderFiles | undefined;
}

/** Fetches a job's manifest, rows and base. Throws JobDataError, ChainQueryError. */
export async function jobInputs(job: Job, ports: JobPorts): Promise<JobInputs> {
  const manifest = await fetchBlob(ports, job.manifestBlob, "the manifest");
  const decoded = manifestOf(job, manifest);
  const sources: SourceRows[] = [];
  for (const { snapshot } of decoded.sources) sources.push(await snapshotRows(snapshot, ports));
  return { manifest, sources, ...(await baseOf(job, decoded, ports)) };
}

/** The manifest of a job that says the same as the job. Throws JobDataError inconsistent. */
function manifestOf(job: Job, bytes: Uint8Array): JobManifest {
  if (!equalBytes(sha256(bytes), job.manifestHash)) {
    throw new JobDataError("inconsistent", "the manifest's blob has another hash than the job says");
  }
  const manifest = decoded(bytes);
  const differs = contradiction(job, manifest);
  if (differs !== undefined) throw new JobDataError("inconsistent", differs);
  return manifest;
}

function decoded(bytes: Uint8Array): JobManifest {
  try {
    return decodeManifest(bytes);
  } catch (cause) {
    if (!(cause instanceof JobError)) throw cause;
    throw new JobDataError("inconsistent", cause.message, { cause });
  }
}

async function baseOf(
  job: Job,
  { base }: JobManifest,
  ports: JobPorts,
): Promise<Omit<JobInputs, "manifest" | "sources">> {
  const blobs = new Map<string, Uint8Array>();
  for (const id of job.baseBlobs) {
    const bytes = await fetchBlob(ports, id, "a blob of the base");
    blobs.set(toHex(sha256(bytes)), bytes);
  }
  const named = (what: string, hash: Uint8Array | undefined): Uint8Array | undefined => {
    if (!hash || hash.length === 0) return undefined;
    const bytes = blobs.get(toHex(hash));
    if (!bytes) throw new JobDataError("inconsistent", `no blob of the base is the ${what} ${toHex(hash)}`);
    return bytes;
  };
  const isGraph = base !== undefined && isGraphEncoder(base.encoder);
  const spec = isGraph ? named("encoder specification", base.encoderHash) : undefined;
  const parts = spec && decodeSpec(spec);
  return {
    graph: named("graph", base?.graphHash),
    tokenizer: named("tokenizer", base?.tokenizerHash),
    encoder: spec &&
      parts && {
        spec,
        graph: named("encoder's graph", parts.graphHash) as Uint8Array,
        tokenizer: named("encoder's tokenizer", parts.tokenizerHash) as Uint8Array,
      },
  };
}

/** The inputs as training and verification take them. Close the encoder when done. */
export function jobDataOf(manifest: JobManifest, inputs: JobInputs): JobData {
  const { sources, graph, tokenizer, encoder } = inputs;
  const wantsEncoder = manifest.form === DataForm.DATA_FORM_FEATURES;
  return {
    sources,
    ...(graph && { graph }),
    ...(tokenizer && { tokenizer }),
    ...(wantsEncoder && { encoder: encoderInThreads(manifest.base?.encoder ?? "", encoder) }),
  };
}
