import type { InjectedTx } from "../../chain/app/injected.ts";
import type { Module } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { BlockInfoTx } from "./block-info.ts";
import { Claims } from "./engine.ts";
import { fidelityHandler } from "./fidelity.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { InfluenceScores } from "./influence.ts";
import { invariants } from "./invariants.ts";
import { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import { messages } from "./messages.ts";
import type { AttributionNeeds } from "./needs.ts";
import { queries } from "./queries.ts";
import { Recorder } from "./record.ts";
import { endBlock } from "./schedule.ts";
import type { ClaimEngine, ClaimHandler, InfluenceLedger } from "./types.ts";

export { isExtension } from "./extension.ts";
export type { AttributionNeeds, FidelityNeeds, Forfeit, SlashingNeeds } from "./needs.ts";
export type {
  ClaimEngine,
  ClaimHandler,
  ClaimPost,
  ClaimResult,
  InfluenceLedger,
  Overturned,
  Payee,
} from "./types.ts";

export interface AttributionOptions extends ChainOptions {
  /** First height whose precommits carry extensions (consensus parameter `vote_extensions_enable_height`). */
  readonly extensionsFrom: number;
}

export interface Attribution {
  readonly module: Module;
  readonly keeper: AttributionKeeper;
  readonly claims: ClaimEngine;
  readonly influence: InfluenceLedger;
  /** Transaction 0. */
  readonly injected: InjectedTx;
}

/** An availability claim has no consequence beyond its status and bond. */
const AVAILABILITY: ClaimHandler = { onAccepted: () => {}, onRejected: () => {}, onNoQuorum: () => {} };

export function attributionModule(options: AttributionOptions, needs: AttributionNeeds): Attribution {
  const keeper = new AttributionKeeper();
  const claims = new Claims(keeper, needs);
  const influence = new InfluenceScores();
  const recorder = new Recorder(keeper, claims, () => needs.slashing);
  const { staking, bank } = needs;
  const checks = invariants(keeper, bank);
  claims.register(ClaimKind.CLAIM_KIND_AVAILABILITY, AVAILABILITY);
  claims.register(
    ClaimKind.CLAIM_KIND_FIDELITY,
    fidelityHandler(() => needs.fidelity),
  );
  const module: Module = {
    name: ATTRIBUTION,
    store: ATTRIBUTION,
    messages: messages({ addresses: options.addresses, keeper, claims, staking, fidelity: () => needs.fidelity }),
    queries: queries(keeper, influence),
    initGenesis: (ctx, state) => initGenesis(ctx, keeper, { staking, state, checks }),
    exportGenesis: (ctx) => exportGenesis(ctx, keeper),
    endBlock: (ctx) => endBlock(ctx, { keeper, claims, needs }),
    invariants: checks,
  };
  const injected = new BlockInfoTx({ extensionsFrom: options.extensionsFrom }, { keeper, recorder, staking });
  return { module, keeper, claims, influence, injected };
}
