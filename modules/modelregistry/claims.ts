import type { Context } from "../../chain/app/context.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Model, ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { errors } from "./errors.ts";
import type { ModelregistryKeeper } from "./keeper.ts";
import type { ModelregistryNeeds, TalliedClaim } from "./needs.ts";

const { CLAIM_STATUS_ACCEPTED, CLAIM_STATUS_NO_QUORUM, CLAIM_STATUS_REJECTED, CLAIM_STATUS_UNATTESTED } = ClaimStatus;
const { MODEL_STATUS_REGISTERED, MODEL_STATUS_RETIRED, MODEL_STATUS_SERVING } = ModelStatus;

const utf8 = new TextDecoder();

/** Where a disputed training can be followed: what goes in, what came out, and the log of checkpoints in between. */
export interface TrainingTrace {
  readonly start: Uint8Array;
  readonly result: Uint8Array;
  readonly logRoot: Uint8Array;
}

/** What outcomes of claims do to models: a model serves once its training and its index are accepted. */
export class ModelClaims {
  readonly #keeper: ModelregistryKeeper;
  readonly #needs: ModelregistryNeeds;

  constructor(keeper: ModelregistryKeeper, needs: ModelregistryNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  /** For claims of kind TRAINING and INDEX. Throws modelregistry/2 for a claim that is no model's. */
  onAccepted(ctx: Context, claim: TalliedClaim): void {
    const model = this.#modelOf(ctx, claim);
    if (!model) throw errors.notFound("the claim belongs to no model");
    this.serveIfReady(ctx, model);
  }

  /** The model keeps the claim, whose status tells why it does not serve; its owner may try again. */
  onRejected(): void {}

  onNoQuorum(): void {}

  /** The training or index of the model proved to be wrong in a dispute: it never serves again. */
  onOverturned(ctx: Context, claim: TalliedClaim): void {
    const model = this.#modelOf(ctx, claim);
    if (!model || model.status === MODEL_STATUS_RETIRED) return;
    const retired = { ...model, status: MODEL_STATUS_RETIRED };
    this.#keeper.saveModel(ctx, retired);
    this.#emit(ctx, "overturn_model", retired);
  }

  forfeitTo(ctx: Context, claim: TalliedClaim): readonly string[] {
    return this.datanetsOf(ctx, utf8.decode(claim.subject));
  }

  /** Of a training claim; undefined for a model without a log of checkpoints. */
  trace(ctx: Context, claim: TalliedClaim): TrainingTrace | undefined {
    const model = this.#modelOf(ctx, claim);
    if (!model || !equalBytes(model.trainingClaimId, claim.id) || model.checkpointsRoot.length === 0) return undefined;
    return { start: model.manifestHash, result: model.weightsHash, logRoot: model.checkpointsRoot };
  }

  /** The model as saved: serving when nothing is missing any more. */
  serveIfReady(ctx: Context, model: Model): Model {
    if (model.status !== MODEL_STATUS_REGISTERED || !this.isReady(ctx, model)) return model;
    const serving = { ...model, status: MODEL_STATUS_SERVING };
    this.#keeper.saveModel(ctx, serving);
    this.#emit(ctx, "serve_model", serving);
    return serving;
  }

  /** Training and index are accepted, or of a kind that this chain does not attest. */
  isReady(ctx: Context, { trainingClaimId, index }: Model): boolean {
    if (!index) return false;
    return [trainingClaimId, index.claimId].every((id) => {
      const status = this.#needs.claims.status(ctx, id);
      return status === CLAIM_STATUS_ACCEPTED || status === CLAIM_STATUS_UNATTESTED;
    });
  }

  /** The claim ended without an acceptance, so that another attempt may take its place. */
  hasFailed(ctx: Context, claimId: Uint8Array): boolean {
    const status = this.#needs.claims.status(ctx, claimId);
    return status === CLAIM_STATUS_REJECTED || status === CLAIM_STATUS_NO_QUORUM;
  }

  /** Throws modelregistry/2, /5, /13 unless a fidelity can be measured: there is an index, and the model is not retired. */
  checkModel(ctx: Context, id: string): void {
    const model = this.#keeper.requireModel(ctx, id);
    if (model.status === MODEL_STATUS_RETIRED) throw errors.retired(`model ${id} is retired`);
    if (!model.index) throw errors.noIndex(`model ${id} has no index yet`);
  }

  setFidelity(ctx: Context, id: string, fidelity: bigint): void {
    this.#keeper.saveModel(ctx, { ...this.#keeper.requireModel(ctx, id), fidelity });
  }

  datanetsOf(ctx: Context, id: string): readonly string[] {
    const snapshots = this.#keeper.model(ctx, id)?.snapshots ?? [];
    return [...new Set(snapshots.flatMap((each) => this.#needs.datanet.snapshot(ctx, each)?.datanet ?? []))];
  }

  #modelOf(ctx: Context, claim: TalliedClaim): Model | undefined {
    const model = this.#keeper.model(ctx, utf8.decode(claim.subject));
    const isOwn = (id: Uint8Array | undefined) => id !== undefined && equalBytes(id, claim.id);
    return model && (isOwn(model.trainingClaimId) || isOwn(model.index?.claimId)) ? model : undefined;
  }

  #emit(ctx: Context, type: string, { id, owner, status, priceRequest, priceToken }: Model): void {
    ctx.events.emit(type, [
      ["model", id],
      ["owner", owner],
      ["status", String(status)],
      ["price_request", priceRequest],
      ["price_token", priceToken],
    ]);
  }
}
