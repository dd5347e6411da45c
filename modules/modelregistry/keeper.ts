import type { Context } from "../../chain/app/context.ts";
import type { Model, Params } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { errors } from "./errors.ts";
import { MODELREGISTRY, tables } from "./keys.ts";

/** What other modules may ask. */
export interface ModelregistryView {
  model(ctx: Context, id: string): Model | undefined;
}

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class ModelregistryKeeper implements ModelregistryView {
  params(ctx: Context): Params {
    return tables.params.require(ctx.kv(MODELREGISTRY));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(ctx.kv(MODELREGISTRY), params);
  }

  model(ctx: Context, id: string): Model | undefined {
    return tables.models.get(ctx.kv(MODELREGISTRY), id);
  }

  /** Throws modelregistry/2 (not found). */
  requireModel(ctx: Context, id: string): Model {
    return tables.models.require(ctx.kv(MODELREGISTRY), id, () => errors.notFound(`no model ${JSON.stringify(id)}`));
  }

  /** By id ascending, from after `startAfter`. */
  *models(ctx: Context, startAfter = ""): Generator<Model> {
    for (const [id, model] of tables.models.iterate(ctx.kv(MODELREGISTRY), { from: startAfter })) {
      if (id !== startAfter) yield model;
    }
  }

  saveModel(ctx: Context, model: Model): void {
    tables.models.set(ctx.kv(MODELREGISTRY), model.id, model);
  }
}
