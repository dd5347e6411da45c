import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, EXIT } from "../errors.ts";

export interface LocalNode {
  readonly moniker: string;
  readonly home: string;
  readonly rpc: string;
  readonly p2p: string;
  readonly validator: boolean;
}

export interface LocalAccount {
  readonly name: string;
  readonly address: string;
  readonly mnemonic: string;
}

/** testnet.json: what a local network is made of. Its keys are for tests only: they stand here in clear. */
export interface LocalNetwork {
  readonly chainId: string;
  /** Home whose test keyring holds every account. */
  readonly keyring: string;
  readonly nodes: readonly LocalNode[];
  readonly accounts: readonly LocalAccount[];
}

export function manifestPath(dir: string): string {
  return join(dir, "testnet.json");
}

export function loadNetwork(dir: string): LocalNetwork {
  const path = manifestPath(dir);
  if (!existsSync(path))
    throw new CliError(EXIT.config, `${path} does not exist`, "run `openledgerd testnet init` first");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LocalNetwork;
  } catch (error) {
    throw new CliError(EXIT.corrupt, `${path} is not JSON: ${(error as Error).message}`, "make the network again");
  }
}
