import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  IndexInfo,
  Model,
  ModelStatus,
  type MsgRegisterIndex,
  type MsgRegisterModel,
  type MsgRetireModel,
  type MsgUpdatePrice,
} from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ModelClaims } from "./claims.ts";
import { errors } from "./errors.ts";
import { INDEX_ALGORITHM, indexPayloadHash, TRAINING_ALGORITHM, trainingPayloadHash } from "./ids.ts";
import type { ModelregistryKeeper } from "./keeper.ts";
import { checkModelLabels, lineageOf } from "./lineage.ts";
import type { ModelregistryNeeds } from "./needs.ts";

const { MODEL_STATUS_REGISTERED, MODEL_STATUS_RETIRED } = ModelStatus;

/** Registration, index, price and retirement of models. */
export class Models {
  readonly #keeper: ModelregistryKeeper;
  readonly #needs: ModelregistryNeeds;
  readonly #claims: ModelClaims;

  constructor(keeper: ModelregistryKeeper, needs: ModelregistryNeeds, claims: ModelClaims) {
    this.#keeper = keeper;
    this.#needs = needs;
    this.#claims = claims;
  }

  /** MsgRegisterModel: lineage, weights and the training claim. */
  register(ctx: Context, message: MsgRegisterModel): Model {
    const { claimBond, maxSnapshots, maxLabels, defaultFidelity } = this.#keeper.params(ctx);
    const { id, owner, snapshots, labels } = message;
    if (snapshots.length > maxSnapshots)
      throw errors.tooLarge(`${snapshots.length} snapshots, at most ${maxSnapshots}`);
    if (labels.length > maxLabels) throw errors.tooLarge(`${labels.length} labels, at most ${maxLabels}`);
    const failed = this.#failedTraining(ctx, message);
    checkModelLabels(lineageOf(ctx, this.#needs.datanet, snapshots), labels);
    const trainingClaimId = this.#needs.claims.post(ctx, {
      kind: ClaimKind.CLAIM_KIND_TRAINING,
      poster: owner,
      subject: utf8Bytes(id),
      payloadHash: retried(trainingPayloadHash(message), failed),
      algorithm: TRAINING_ALGORITHM,
      bond: parseAmount(claimBond),
    });
    const index = this.#indexOf(ctx, message);
    const facts = { trainingClaimId, index, fidelity: defaultFidelity, status: MODEL_STATUS_REGISTERED };
    return this.#save(ctx, Model.fromPartial({ ...message, ...facts }), "register_model");
  }

  /** MsgRegisterIndex: the influence index and its claim; the model serves once it and the training are accepted. */
  registerIndex(ctx: Context, message: MsgRegisterIndex): Model {
    const model = this.#requireOwn(ctx, message.model, message.owner);
    const failed = model.index?.claimId;
    if (failed && !this.#claims.hasFailed(ctx, failed)) {
      throw errors.indexExists(`model ${model.id} has its index already`);
    }
    const { rows: expected } = lineageOf(ctx, this.#needs.datanet, model.snapshots);
    if (message.rows !== expected) {
      throw errors.rowsMismatch(
        `an index has a row for each of the ${expected} clusters that are not held out, got ${message.rows}`,
        { expected },
      );
    }
    const claimId = this.#needs.claims.post(ctx, {
      kind: ClaimKind.CLAIM_KIND_INDEX,
      poster: model.owner,
      subject: utf8Bytes(model.id),
      payloadHash: retried(indexPayloadHash(message), failed),
      algorithm: INDEX_ALGORITHM,
      bond: parseAmount(this.#keeper.params(ctx).claimBond),
    });
    const { root, rows, headerBlob, rowsBlob, inverseBlob } = message;
    const index = IndexInfo.fromPartial({ root, rows, headerBlob, rowsBlob, inverseBlob, claimId });
    return this.#claims.serveIfReady(ctx, this.#save(ctx, { ...model, index }, "register_index"));
  }

  /** MsgUpdatePrice: for requests from now on. */
  updatePrice(ctx: Context, message: MsgUpdatePrice): void {
    const model = this.#requireOwn(ctx, message.model, message.owner);
    const { priceRequest, priceToken } = message;
    this.#save(ctx, { ...model, priceRequest, priceToken }, "update_price");
  }

  /** MsgRetireModel: for good. */
  retire(ctx: Context, message: MsgRetireModel): void {
    const model = this.#requireOwn(ctx, message.model, message.owner);
    this.#save(ctx, { ...model, status: MODEL_STATUS_RETIRED }, "retire_model");
  }

  /**
   * The training claim that a new attempt of the same owner replaces; undefined for a new id. Throws modelregistry/3, /4,
   * /5 unless the model that has the id never served and its training was rejected or found no quorum.
   */
  #failedTraining(ctx: Context, { id, owner }: MsgRegisterModel): Uint8Array | undefined {
    const model = this.#keeper.model(ctx, id);
    if (!model) return undefined;
    if (!this.#claims.hasFailed(ctx, model.trainingClaimId)) throw errors.exists(`model ${id} exists already`);
    return this.#requireOwn(ctx, id, owner).trainingClaimId;
  }

  /** The index of the attempt before, if it belongs to the same weights: its claim can be posted only once. */
  #indexOf(ctx: Context, { id, weightsHash }: MsgRegisterModel): IndexInfo | undefined {
    const before = this.#keeper.model(ctx, id);
    return before && equalBytes(before.weightsHash, weightsHash) ? before.index : undefined;
  }

  #requireOwn(ctx: Context, id: string, owner: string): Model {
    const model = this.#keeper.requireModel(ctx, id);
    if (model.owner !== owner) throw errors.notOwner(`model ${id} belongs to ${model.owner}`);
    if (model.status === MODEL_STATUS_RETIRED) throw errors.retired(`model ${id} is retired`);
    return model;
  }

  #save(ctx: Context, model: Model, event: string): Model {
    this.#keeper.saveModel(ctx, model);
    ctx.events.emit(event, [
      ["model", model.id],
      ["owner", model.owner],
      ["status", String(model.status)],
      ["price_request", model.priceRequest],
      ["price_token", model.priceToken],
    ]);
    return model;
  }
}

/** A claim can be posted once: another attempt at the same content is bound to the claim that failed. */
function retried(payloadHash: Uint8Array, failed: Uint8Array | undefined): Uint8Array {
  return failed ? taggedHash("openledger/retry", payloadHash, failed) : payloadHash;
}
