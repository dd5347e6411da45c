import type { GasPrice } from "../chain/app/ante/fee.ts";
import type { AnteNeeds } from "../chain/app/ante/needs.ts";
import type { VerifiedSet } from "../chain/app/ante/verified-set.ts";
import { type AppOptions, createApp, storeNames } from "../chain/app/app.ts";
import type { Application } from "../chain/app/boundary.ts";
import type { InjectedTx } from "../chain/app/injected.ts";
import type { Module } from "../chain/app/module.ts";
import type { ChainOptions } from "../chain/app/options.ts";
import type { Log } from "../chain/ports.ts";
import type { MultiStore } from "../chain/store/multistore.ts";
import { ClaimKind } from "../proto/gen/openledger/attribution/v1.ts";
import { type AttributionNeeds, attributionModule, isExtension } from "./attribution/index.ts";
import { authModule } from "./auth/index.ts";
import { bankModule, FEE_COLLECTOR } from "./bank/index.ts";
import { type CurationNeeds, curationModule } from "./curation/index.ts";
import { type DatanetNeeds, datanetModule } from "./datanet/index.ts";
import { DISPUTE, disputeModule } from "./dispute/index.ts";
import { FINETUNE, finetuneModule, JOB_ALGORITHM } from "./finetune/index.ts";
import { INFERENCE, inferenceModule } from "./inference/index.ts";
import { modelregistryModule } from "./modelregistry/index.ts";
import { REWARDS, rewardsModule, TREASURY } from "./rewards/index.ts";
import { stakingModule } from "./staking/index.ts";

/** Accounts that modules own, and to which nobody else can send. */
export const MODULE_ACCOUNTS: readonly string[] = [
  FEE_COLLECTOR,
  TREASURY,
  REWARDS,
  INFERENCE,
  "datanet",
  "curation",
  "attribution",
  FINETUNE,
  DISPUTE,
];

export interface OpenLedgerOptions {
  readonly chain: ChainOptions;
  /** Consensus parameter `abci.vote_extensions_enable_height`; 0 for never. */
  readonly extensionsFrom: number;
  readonly minGasPrices?: readonly GasPrice[];
  /** See AppOptions. */
  readonly checkInvariants?: boolean;
  readonly verified?: VerifiedSet;
  readonly version?: string;
  readonly log?: Log;
}

/** What the composition yields before it has a state. */
export interface Composition {
  readonly modules: readonly Module[];
  readonly ante: AnteNeeds;
  readonly injected: InjectedTx;
  /** Names for the multistore. */
  readonly stores: readonly string[];
}

/** The composition root of the application: every module with what it needs of the others. */
export function composeModules(chain: ChainOptions, extensionsFrom: number): Composition {
  const auth = authModule({ ...chain, moduleAccounts: MODULE_ACCOUNTS });
  const bank = bankModule({ ...chain, treasury: TREASURY }, { accounts: auth.keeper });
  const staking = stakingModule(chain);
  const lending = bank.keeper;

  const attributionNeeds: Late<AttributionNeeds> = {
    bank: lending,
    staking: staking.keeper,
    forfeits: undefined,
    fidelity: undefined,
  };
  const fromHeight = extensionsFrom === 0 ? Number.MAX_SAFE_INTEGER : extensionsFrom;
  const attribution = attributionModule({ ...chain, extensionsFrom: fromHeight }, attributionNeeds as AttributionNeeds);
  const datanetNeeds: Late<DatanetNeeds> = {
    bank: lending,
    beacons: attribution.keeper,
    claims: attribution.claims,
    curation: undefined,
  };
  const datanet = datanetModule(chain, datanetNeeds as DatanetNeeds);
  const curationNeeds: CurationNeeds = { bank: lending, datanet: datanet.keeper };
  const curation = curationModule(chain, curationNeeds);
  datanetNeeds.curation = curation.panels;
  const models = modelregistryModule(chain, { datanet: datanet.keeper, claims: attribution.claims });
  const rewards = rewardsModule(chain, { bank: lending, curation: curation.keeper, datanets: datanet.keeper });
  const inference = inferenceModule(chain, {
    bank: lending,
    models: models.keeper,
    datanets: datanet.keeper,
    claims: attribution.claims,
    influence: attribution.influence,
    rewards: rewards.keeper,
  });
  const finetune = finetuneModule(chain, {
    bank: lending,
    datanets: datanet.keeper,
    models: models.keeper,
    claims: attribution.claims,
    forfeits: rewards.keeper,
  });
  const dispute = disputeModule(chain, { bank: lending, claims: attribution.claims, forfeits: rewards.keeper });
  attributionNeeds.forfeits = rewards.keeper;
  attributionNeeds.fidelity = models.claims;
  attribution.claims.register(ClaimKind.CLAIM_KIND_SNAPSHOT, datanet.claimHandlers);
  attribution.claims.register(ClaimKind.CLAIM_KIND_TRAINING, models.claims);
  attribution.claims.register(ClaimKind.CLAIM_KIND_INDEX, models.claims);
  attribution.claims.register(ClaimKind.CLAIM_KIND_TRAINING, finetune.claimHandler, JOB_ALGORITHM);
  attribution.claims.register(ClaimKind.CLAIM_KIND_STEP, dispute.stepClaims);
  dispute.disputes.register(ClaimKind.CLAIM_KIND_TRAINING, models.claims);
  dispute.disputes.register(ClaimKind.CLAIM_KIND_TRAINING, finetune.claimHandler, JOB_ALGORITHM);

  const modules = [
    auth.module,
    bank.module,
    staking.module,
    datanet.module,
    curation.module,
    models.module,
    attribution.module,
    inference.module,
    rewards.module,
    finetune.module,
    dispute.module,
  ];
  return {
    modules,
    ante: { accounts: auth.keeper, fees: lending },
    injected: attribution.injected,
    stores: storeNames(modules),
  };
}

/** Needs of a module whose provider is composed after it; filled before anything runs. */
type Late<T> = { -readonly [K in keyof T]: T[K] | undefined };

/** The OpenLedger application over a multistore with the composition's stores. */
export function openledgerApp(options: OpenLedgerOptions, stores: MultiStore): Application {
  const { chain, extensionsFrom, ...rest } = options;
  const { modules, ante, injected } = composeModules(chain, extensionsFrom);
  const app: AppOptions = { ...rest, chain, modules, ante, injected, isExtension };
  return createApp(app, stores);
}
