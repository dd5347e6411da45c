import { AppError } from "../chain/app/errors.ts";
import { MultiStore } from "../chain/store/multistore.ts";
import { type GenesisDoc, validateGenesis } from "../chain/types/genesis.ts";
import { composeModules, openledgerApp } from "../modules/app.ts";
import { chainOptionsOf } from "./build.ts";
import { GenesisBuildError } from "./errors.ts";
import { initChainRequest } from "./init-request.ts";

/** What a document starts: shown by `genesis validate`. */
export interface GenesisSummary {
  readonly chainId: string;
  readonly validators: number;
  readonly totalPower: bigint;
}

/**
 * Starts the application on the document in memory, which is the only complete check. Throws GenesisError for the
 * document's own keys and GenesisBuildError `bad_state` for `app_state`.
 */
export function validateGenesisState(doc: GenesisDoc): GenesisSummary {
  validateGenesis(doc);
  try {
    const chain = chainOptionsOf(doc);
    const extensionsFrom = doc.consensusParams.abci.voteExtensionsEnableHeight;
    const stores = new MultiStore({
      names: composeModules(chain, extensionsFrom).stores,
      firstVersion: doc.initialHeight,
    });
    const { validators } = openledgerApp({ chain, extensionsFrom }, stores).initChain(initChainRequest(doc));
    const totalPower = validators.reduce((sum, { power }) => sum + power, 0n);
    return { chainId: doc.chainId, validators: validators.length, totalPower };
  } catch (error) {
    if (error instanceof AppError) throw new GenesisBuildError("bad_state", error.message);
    throw error;
  }
}
