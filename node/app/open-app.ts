import { addresses } from "../../chain/app/addresses.ts";
import { parseGasPrice } from "../../chain/app/ante/fee.ts";
import type { Application } from "../../chain/app/boundary.ts";
import { type Log, SILENT_LOG } from "../../chain/ports.ts";
import type { MultiStoreOptions } from "../../chain/store/multistore.ts";
import { composeModules, openledgerApp } from "../../modules/app.ts";
import { LevelStore } from "../disk/level-store.ts";

/** What the application's host is told; plain data, since it crosses to a worker. */
export interface AppHostOptions {
  /** Folder of the state's database. */
  readonly path: string;
  readonly chainId: string;
  /** Bech32 prefix of accounts. */
  readonly prefix: string;
  readonly feeDenom: string;
  readonly initialHeight: number;
  /** Consensus parameter `abci.vote_extensions_enable_height`; 0 for never. */
  readonly extensionsFrom: number;
  /** Lowest fees that this node relays, such as `0.025uopen`; empty for any fee. */
  readonly minGasPrices?: readonly string[];
  /** Versions kept for historical queries and proofs (default 100). */
  readonly retainedVersions?: number;
  readonly checkInvariants?: boolean;
  readonly version?: string;
}

/** The application over its database. Throws NodeError `home_in_use` or `corrupt`. */
export async function openApp(
  options: AppHostOptions,
  log: Log = SILENT_LOG,
): Promise<{ readonly app: Application; readonly store: LevelStore }> {
  const { chainId, prefix, feeDenom, extensionsFrom, checkInvariants, version } = options;
  const minGasPrices = (options.minGasPrices ?? []).map(parseGasPrice);
  const chain = { chainId, addresses: addresses(prefix), feeDenom };
  const { stores: names } = composeModules(chain, extensionsFrom);
  const store = await LevelStore.open(options.path);
  const retained = options.retainedVersions === undefined ? {} : { retainedVersions: options.retainedVersions };
  const multistore: MultiStoreOptions = { names, firstVersion: options.initialHeight, ...retained };
  const app = openledgerApp(
    {
      chain,
      extensionsFrom,
      minGasPrices,
      checkInvariants: checkInvariants ?? false,
      version: version ?? "0.0.0",
      log,
    },
    await store.load(multistore),
  );
  return { app, store };
}
