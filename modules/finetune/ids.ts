import { toHex } from "../../chain/crypto/bytes.ts";
import { taggedHash, u64be, utf8Bytes } from "../../chain/crypto/tagged.ts";

/** Version of the rules by which validators recompute a job: the factory's exact reference semantics. */
export const JOB_ALGORITHM = "training-job-1";

const JOB_ID = /^[0-9a-f]{64}$/;
const SUBJECT = /^job\/([0-9a-f]{64})(?:\/([1-9][0-9]{0,9}))?$/;

const utf8 = new TextDecoder();

export function isJobId(text: string): boolean {
  return JOB_ID.test(text);
}

/** Job id, hex: no height in it, so two runs with the same messages have the same ids. `requester` is bech32 text. */
export function jobId(fields: {
  readonly requester: string;
  readonly manifestHash: Uint8Array;
  /** The requester's counter, from 0. */
  readonly counter: bigint;
}): string {
  const { requester, manifestHash, counter } = fields;
  return toHex(taggedHash("openledger/job", utf8Bytes(requester), manifestHash, u64be(counter)));
}

/** Subject of the claim of a job's result; of the claim that decides its n-th dispute. No model's id has a slash. */
export function jobSubject(job: string, dispute = 0): Uint8Array {
  return utf8Bytes(dispute === 0 ? `job/${job}` : `job/${job}/${dispute}`);
}

/** Undefined for the subject of another kind of training claim. */
export function parseJobSubject(subject: Uint8Array): { readonly job: string; readonly dispute: number } | undefined {
  const [, job, dispute] = SUBJECT.exec(utf8.decode(subject)) ?? [];
  return job === undefined ? undefined : { job, dispute: Number(dispute ?? 0) };
}

/** What a trainer is bound to by the claim of its result. */
export function resultPayloadHash(result: {
  readonly job: string;
  readonly manifestHash: Uint8Array;
  readonly steps: bigint;
  readonly weightsHash: Uint8Array;
  readonly weightsBlob: Uint8Array;
  readonly logRoot: Uint8Array;
  readonly logBlob: Uint8Array;
}): Uint8Array {
  const { job, manifestHash, steps, weightsHash, weightsBlob, logRoot, logBlob } = result;
  const parts = [utf8Bytes(job), manifestHash, u64be(steps), weightsHash, weightsBlob, logRoot, logBlob];
  return taggedHash("openledger/job-result", ...parts);
}
