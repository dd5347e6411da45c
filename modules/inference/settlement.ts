import type { Context } from "../../chain/app/context.ts";
import { type Claim, ClaimKind, type SettlementVector } from "../../proto/gen/openledger/attribution/v1.ts";
import { type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ClaimHandler, ClaimResult } from "../attribution/types.ts";
import { errors } from "./errors.ts";
import { bookSettled, refund } from "./escrow.ts";
import { INFERENCE } from "./keys.ts";
import {
  contributionList,
  type ListedContribution,
  type ResolvedEntry,
  type ResolvedVector,
  resolveEntry,
} from "./lineage.ts";
import type { InferenceParts } from "./request.ts";
import { readResultOpening } from "./result-opening.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What the outcome of a RESULT claim does to its request. */
export class ResultHandler implements ClaimHandler {
  readonly #parts: InferenceParts;

  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  register(): void {
    this.#parts.needs.claims.register(ClaimKind.CLAIM_KIND_RESULT, this);
  }

  /** Throws inference/11 unless the vectors are well formed and every entry is an accepted item of the model's data. */
  checkOpening(ctx: Context, claim: Claim, opening: Uint8Array): void {
    const { settlement, tokens } = readResultOpening(opening, claim.algorithm);
    const model = this.#model(ctx, this.#request(ctx, claim));
    const { datanets } = this.#parts.needs;
    const list = contributionList(ctx, datanets, model.snapshots);
    for (const entry of [...settlement.entries, ...(tokens?.entries ?? [])]) {
      const resolved = resolveEntry(ctx, datanets, { list, entry });
      if (resolved?.contributor === undefined) {
        throw errors.badOpening(
          `item ${entry.item} of contribution ${entry.contribution} is no accepted item of the model's data`,
        );
      }
    }
  }

  onAccepted(ctx: Context, claim: Claim, result: ClaimResult): void {
    const { needs } = this.#parts;
    const request = this.#request(ctx, claim);
    const model = this.#model(ctx, request);
    const { settlement, tokens } = readResultOpening(result.opening, claim.algorithm);
    const list = contributionList(ctx, needs.datanets, model.snapshots);
    const influence = this.#resolve(ctx, settlement, list);
    const { id, owner, snapshots, fidelity } = model;
    needs.rewards.settle(ctx, {
      request: request.id,
      host: request.host,
      fee: BigInt(request.fee),
      from: INFERENCE,
      model: { id, owner, snapshots, fidelity },
      attesters: result.winners,
      influence,
      tokens: tokens && this.#resolve(ctx, tokens, list),
    });
    needs.influence.recordInfluence(ctx, { model: id, entries: influence.entries });
    bookSettled(ctx, { keeper: this.#parts.keeper, bank: needs.bank }, request);
  }

  #resolve(ctx: Context, vector: SettlementVector, list: readonly ListedContribution[]): ResolvedVector {
    const entries = vector.entries.map((entry): ResolvedEntry => {
      const resolved = resolveEntry(ctx, this.#parts.needs.datanets, { list, entry });
      if (!resolved) throw errors.badOpening(`there is no contribution ${entry.contribution}`);
      return resolved;
    });
    return { ...vector, entries };
  }

  onRejected(ctx: Context, claim: Claim): void {
    this.#refund(ctx, claim, RequestStatus.REQUEST_STATUS_REJECTED);
  }

  onNoQuorum(ctx: Context, claim: Claim): void {
    this.#refund(ctx, claim, RequestStatus.REQUEST_STATUS_REFUNDED);
  }

  forfeitTo(ctx: Context, claim: Claim): readonly string[] {
    const { models, datanets } = this.#parts.needs;
    const model = models.model(ctx, this.#request(ctx, claim).model);
    return (model?.snapshots ?? []).flatMap((id) => datanets.snapshot(ctx, id)?.datanet ?? []);
  }

  #refund(ctx: Context, claim: Claim, status: Parameters<typeof refund>[3]): void {
    const { keeper, needs } = this.#parts;
    refund(ctx, { keeper, bank: needs.bank }, this.#request(ctx, claim), status);
  }

  #request(ctx: Context, claim: Claim): Request {
    return this.#parts.keeper.requireRequest(ctx, utf8.decode(claim.subject));
  }

  #model(ctx: Context, request: Request): Model {
    const model = this.#parts.needs.models.model(ctx, request.model);
    if (!model) throw errors.notFound(`no model ${JSON.stringify(request.model)}`);
    return model;
  }
}
