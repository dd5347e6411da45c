import type { EncodeObject } from "@cosmjs/proto-signing";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { ModelStatus, Query, type QueryModelResponse } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { waitFor } from "./wait.ts";

/** Registrations before giving up: validators that were busy once may have time the next. */
const ATTEMPTS = 2;
/** Training and index claims live for hundreds of blocks at most; a slow network makes one in seconds. */
const CLAIMS_TIMEOUT_MS = 30 * 60_000;

/** What is registered; the messages are made, and their blobs uploaded, only when they are sent. */
export interface Registering {
  readonly id: string;
  readonly weightsHash: Uint8Array;
  readonly model: () => Promise<EncodeObject>;
  readonly index: () => Promise<EncodeObject>;
}

export interface Decided {
  readonly ended: QueryModelResponse;
  /** Claims before these that found no quorum: each lost a part of its bond. */
  readonly missed: number;
}

/** Registers what is not, or lost its claim, until both claims are accepted. Throws CliError `refused`. */
export async function registerUntilDecided(
  session: Session,
  progress: Progress,
  { id, weightsHash, model, index }: Registering,
): Promise<Decided> {
  let missed = 0;
  for (let attempt = 1; ; attempt++) {
    const known = await session.find(Query.Model, { id });
    if (known?.model && toHex(known.model.weightsHash) !== toHex(weightsHash)) {
      throw new CliError(EXIT.refused, `model ${id} exists with other weights`, "choose another --id");
    }
    if (!known?.model || hasFailed(known.trainingStatus)) await session.send([await model()]);
    if (!known?.model?.index || hasFailed(known.indexStatus)) await session.send([await index()]);
    const ended = await decided(session, id, progress);
    if (ended.model?.status === ModelStatus.MODEL_STATUS_SERVING) return { ended, missed };
    if (attempt === ATTEMPTS || isRejected(ended)) throw notServing(id, ended);
    missed += [ended.trainingStatus, ended.indexStatus].filter(hasFailed).length;
    progress.note(`${attestationOf(ended)}: registering again`);
  }
}

/** Waits for the outcome of both claims; says what changes on the way. */
function decided(session: Session, id: string, progress: Progress): Promise<QueryModelResponse> {
  let said = "";
  const ask = async () => {
    const found = await session.query(Query.Model, { id });
    const text = attestationOf(found);
    if (text !== said) progress.note(`claims of ${id}: ${text}`);
    said = text;
    return isOpen(found.trainingStatus) || isOpen(found.indexStatus) ? undefined : found;
  };
  return waitFor(ask, { what: `the verdict on model ${id}`, timeoutMs: CLAIMS_TIMEOUT_MS });
}

function isOpen(status: ClaimStatus): boolean {
  return status === ClaimStatus.CLAIM_STATUS_OPEN;
}

function hasFailed(status: ClaimStatus): boolean {
  return status === ClaimStatus.CLAIM_STATUS_REJECTED || status === ClaimStatus.CLAIM_STATUS_NO_QUORUM;
}

function isRejected({ trainingStatus, indexStatus }: QueryModelResponse): boolean {
  return [trainingStatus, indexStatus].includes(ClaimStatus.CLAIM_STATUS_REJECTED);
}

function notServing(id: string, ended: QueryModelResponse): CliError {
  const hint = isRejected(ended)
    ? "the bond is forfeited; train and index again on the snapshots that the model names"
    : "validators had no time or not all blobs: see that the node is reachable, then register again";
  return new CliError(EXIT.refused, `model ${id} does not serve: ${attestationOf(ended)}`, hint);
}

export function attestationOf({ trainingStatus, indexStatus }: QueryModelResponse): string {
  return `training ${statusName(trainingStatus)}, index ${statusName(indexStatus)}`;
}

/** As queries print it, without its prefix. */
function statusName(status: ClaimStatus): string {
  const name = Object.entries(ClaimStatus).find(([, value]) => value === status)?.[0] ?? String(status);
  return name.replace("CLAIM_STATUS_", "").toLowerCase();
}
