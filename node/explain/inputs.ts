import { toHex } from "../../chain/crypto/bytes.ts";
import { Query as AttributionQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as DatanetQuery, type Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";
import { Query as InferenceQuery, type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type Params, Query as RewardsQuery, type Settlement } from "../../proto/gen/openledger/rewards/v1.ts";
import { type ArtefactSource, artefact } from "../attest/artefacts.ts";
import type { Ask } from "../attest/ask.ts";
import { fetchEncoder } from "../attest/models.ts";
import type { ModelBlobs } from "../influence/types.ts";
import { ExplainError } from "./errors.ts";

/** Everything that determined what one request paid, as chain and blobs give it; nothing is computed yet. */
export interface ExplainInputs {
  readonly request: Request;
  /** Encoded ResultOpening that a block holds. */
  readonly opening: Uint8Array;
  /** What was paid. */
  readonly settlement: Settlement;
  readonly shares: Params;
  readonly model: Model;
  /** The model's snapshots in its order, each with its encoded table. */
  readonly snapshots: readonly { readonly snapshot: Snapshot; readonly table: Uint8Array }[];
  readonly blobs: ModelBlobs;
  /** Encoded InferenceInput. */
  readonly input: Uint8Array;
}

/** Throws ExplainError `not_found`, `not_settled`; ChainQueryError, BlobError, RpcError. */
export async function gatherInputs(
  requestId: string,
  { ask, blobs }: { readonly ask: Ask; readonly blobs: ArtefactSource },
): Promise<ExplainInputs> {
  const { request } = await ask(InferenceQuery.Request, { id: requestId });
  if (!request) throw new ExplainError("not_found", `no request ${requestId}`);
  if (request.status !== RequestStatus.REQUEST_STATUS_SETTLED) {
    throw new ExplainError(
      "not_settled",
      `request ${requestId} is not settled (status ${request.status}): nothing was paid`,
    );
  }
  const { claim } = await ask(AttributionQuery.Claim, { claimId: request.claimId });
  const { settlement } = await ask(RewardsQuery.Settlement, { request: requestId });
  const { params } = await ask(RewardsQuery.Params, {});
  const { model } = await ask(ModelQuery.Model, { id: request.model });
  if (!claim || !settlement || !params || !model?.index) {
    throw new ExplainError("not_found", `the chain does not know all parts of request ${requestId}`);
  }
  const fetch = (id: Uint8Array) => artefact(blobs, toHex(id));
  const snapshots: { snapshot: Snapshot; table: Uint8Array }[] = [];
  for (const id of model.snapshots) {
    const { snapshot } = await ask(DatanetQuery.Snapshot, { id });
    if (!snapshot) throw new ExplainError("not_found", `no snapshot ${id}`);
    snapshots.push({ snapshot, table: await fetch(snapshot.blob) });
  }
  return {
    ...{ request, settlement, model, snapshots, shares: params, opening: claim.opening },
    input: await fetch(request.inputBlob),
    blobs: {
      model: await fetch(model.weightsBlob),
      indexHeader: await fetch(model.index.headerBlob),
      rows: await fetch(model.index.rowsBlob),
      inverse: await fetch(model.index.inverseBlob),
      encoder: await fetchEncoder(blobs, model),
    },
  };
}
