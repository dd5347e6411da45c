import { existsSync } from "node:fs";
import { DEFAULT_PREFIX } from "../../genesis/defaults.ts";
import { chainParameters, loadGenesis } from "../../node/genesis-file.ts";
import { homePaths } from "../../node/home/paths.ts";
import type { GlobalOptions } from "../options.ts";
import { Keyring } from "./keyring.ts";
import { terminalPassphrase } from "./passphrase.ts";

/** The keyring of `--home`; its prefix is the genesis file's, or the default where there is none. */
export function openKeyring({ home, keyringBackend }: GlobalOptions): Keyring {
  return new Keyring({ home, backend: keyringBackend, prefix: prefixOf(home) }, terminalPassphrase());
}

function prefixOf(home: string): string {
  const { genesis } = homePaths(home);
  return existsSync(genesis) ? chainParameters(loadGenesis(genesis).genesis).prefix : DEFAULT_PREFIX;
}
