import { toHex } from "../../chain/crypto/bytes.ts";
import { Query as AttributionQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as DatanetQuery, type Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";
import { Query as InferenceQuery, type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type Params, Query as RewardsQuery, type Settlement } from "../../proto/gen/openledger/rewards/v1.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { fetchEncoder } from "../attest/models.ts";
import { fetchGenerator, type GeneratorBlobs, isGenerator } from "../generator/index.ts";
import type { ModelBlobs } from "../influence/types.ts";
import { ExplainError } from "./errors.ts";

/** What determined what one request paid, whatever the model's task. */
export interface CommonInputs {
  readonly request: Request;
  /** Encoded ResultOpening that a block holds. */
  readonly opening: Uint8Array;
  /** What was paid. */
  readonly settlement: Settlement;
  readonly shares: Params;
  readonly model: Model;
  /** The model's snapshots in its order, each with its encoded table. */
  readonly snapshots: readonly { readonly snapshot: Snapshot; readonly table: Uint8Array }[];
  /** Encoded InferenceInput. */
  readonly input: Uint8Array;
}

/** Everything that determined what one request of a classifier paid, as chain and blobs give it; nothing is computed yet. */
export interface ExplainInputs extends CommonInputs {
  readonly blobs: ModelBlobs;
}

/** The same of a generator. */
export interface GenerationInputs extends CommonInputs {
  readonly generator: GeneratorBlobs;
}

interface Sources {
  readonly ask: Ask;
  readonly blobs: ArtefactSource;
}

/**
 * Throws ExplainError `not_found`, `not_settled`; ChainQueryError, BlobError, RpcError; for a generator GeneratorError `mismatch`
 * and JobDataError.
 */
export async function gatherInputs(requestId: string, sources: Sources): Promise<ExplainInputs | GenerationInputs> {
  const common = await gatherCommon(requestId, sources);
  const { model } = common;
  if (isGenerator(model)) return { ...common, generator: await fetchGenerator(sources, model) };
  return { ...common, blobs: await fetchClassifier(sources, model) };
}

/** Questions that do not depend on each other are asked at a time: a far node takes five round trips, not a dozen. */
async function gatherCommon(requestId: string, { ask, blobs }: Sources): Promise<CommonInputs> {
  const { request } = await ask(InferenceQuery.Request, { id: requestId });
  if (!request) throw new ExplainError("not_found", `no request ${requestId}`);
  if (request.status !== RequestStatus.REQUEST_STATUS_SETTLED) {
    throw new ExplainError(
      "not_settled",
      `request ${requestId} is not settled (status ${request.status}): nothing was paid`,
    );
  }
  const [{ claim }, { settlement }, { params }, { model }] = await Promise.all([
    ask(AttributionQuery.Claim, { claimId: request.claimId }),
    ask(RewardsQuery.Settlement, { request: requestId }),
    ask(RewardsQuery.Params, {}),
    ask(ModelQuery.Model, { id: request.model }),
  ]);
  if (!claim || !settlement || !params || !model?.index) {
    throw new ExplainError("not_found", `the chain does not know all parts of request ${requestId}`);
  }
  const [input, snapshots] = await Promise.all([
    artefact(blobs, toHex(request.inputBlob)),
    Promise.all(model.snapshots.map((id) => gatherSnapshot(id, { ask, blobs }))),
  ]);
  return { ...{ request, settlement, model, snapshots, shares: params, opening: claim.opening }, input };
}

async function gatherSnapshot(id: string, { ask, blobs }: Sources): Promise<CommonInputs["snapshots"][number]> {
  const { snapshot } = await ask(DatanetQuery.Snapshot, { id });
  if (!snapshot) throw new ExplainError("not_found", `no snapshot ${id}`);
  return { snapshot, table: await artefact(blobs, toHex(snapshot.blob)) };
}

async function fetchClassifier({ blobs }: Sources, model: Model): Promise<ModelBlobs> {
  const { index } = model;
  if (!index) throw new ExplainError("not_found", `model ${model.id} has no index`);
  const fetch = (id: Uint8Array) => artefact(blobs, toHex(id));
  const [weights, indexHeader, rows, inverse, encoder] = await Promise.all([
    fetch(model.weightsBlob),
    fetch(index.headerBlob),
    fetch(index.rowsBlob),
    fetch(index.inverseBlob),
    fetchEncoder(blobs, model),
  ]);
  return { model: weights, indexHeader, rows, inverse, encoder };
}
