import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import type { Invariant } from "../../chain/app/module.ts";
import { ONE } from "../../chain/math/fixed.ts";
import { SnapshotStatus } from "../../proto/gen/openledger/datanet/v1.ts";
import { type Model, ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ModelClaims } from "./claims.ts";
import type { ModelregistryKeeper } from "./keeper.ts";
import type { ModelregistryNeeds } from "./needs.ts";

/** What holds after every block (I2, I12 of the economy, for this module's part). */
export function invariants(keeper: ModelregistryKeeper, needs: ModelregistryNeeds): readonly Invariant[] {
  return [
    {
      name: "modelregistry/models",
      check(ctx) {
        for (const model of keeper.models(ctx)) {
          const broken = brokenModel(ctx, model, needs);
          if (broken !== undefined) return `${model.id}: ${broken}`;
        }
        return undefined;
      },
    },
  ];
}

/** Not checked at import: claims are imported after models. */
export function servingInvariant(keeper: ModelregistryKeeper, claims: ModelClaims): Invariant {
  return {
    name: "modelregistry/serving",
    check(ctx) {
      for (const model of keeper.models(ctx)) {
        const serves = model.status === ModelStatus.MODEL_STATUS_SERVING;
        if (model.status === ModelStatus.MODEL_STATUS_RETIRED || serves === claims.isReady(ctx, model)) continue;
        return `${model.id} ${serves ? "serves without accepted claims" : "has its claims accepted and does not serve"}`;
      }
      return undefined;
    },
  };
}

/** An accepted snapshot stays accepted, so lineage that held at registration holds for good. */
function brokenModel(ctx: Context, model: Model, needs: ModelregistryNeeds): string | undefined {
  const { status, index, snapshots, fidelity } = model;
  if (fidelity > ONE) return `fidelity ${fidelity} is above one`;
  if (parseAmount(model.priceRequest) + parseAmount(model.priceToken) === 0n) return "costs nothing";
  if (status === ModelStatus.MODEL_STATUS_SERVING && !index) return "serves without an index";
  let rows = 0;
  for (const id of snapshots) {
    const snapshot = needs.datanet.snapshot(ctx, id);
    if (snapshot?.status !== SnapshotStatus.SNAPSHOT_STATUS_ACCEPTED) return `snapshot ${id} is not accepted`;
    if (snapshot.owners.length > 0 && snapshot.heldOutSeed.length === 0) return `snapshot ${id} is not drawn`;
    rows += snapshot.clusters - snapshot.heldOut;
  }
  return index && index.rows !== rows ? `${index.rows} index rows for ${rows} to train on` : undefined;
}
