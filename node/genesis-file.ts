import { existsSync, readFileSync } from "node:fs";
import { CHAIN_STATE, readChain } from "../chain/app/init-chain.ts";
import { sha256 } from "../chain/crypto/hash.ts";
import { type GenesisDoc, parseGenesis } from "../chain/types/genesis.ts";
import { NodeError } from "./errors.ts";

export interface LoadedGenesis {
  readonly genesis: GenesisDoc;
  /** sha256 of the file: peers with another genesis are refused at the handshake. */
  readonly hash: Uint8Array;
}

/** Reads config/genesis.json. Throws NodeError `bad_genesis`. */
export function loadGenesis(path: string): LoadedGenesis {
  if (!existsSync(path)) {
    throw new NodeError("bad_genesis", `${path} does not exist`, "copy the network's genesis.json there");
  }
  const bytes = readFileSync(path);
  try {
    const genesis = parseGenesis(bytes.toString("utf8"));
    return {
      genesis,
      hash: sha256(new Uint8Array(bytes)),
    };
  } catch (error) {
    throw new NodeError(
      "bad_genesis",
      `${path}: ${(error as Error).message}`,
      "copy the file again from the network's source",
    );
  }
}

/** The chain's own parameters. Throws NodeError `bad_genesis`. */
export function chainParameters(genesis: GenesisDoc): { readonly prefix: string; readonly feeDenom: string } {
  try {
    return readChain(genesis.appState[CHAIN_STATE]);
  } catch (error) {
    throw new NodeError(
      "bad_genesis",
      `genesis.json: ${(error as Error).message}`,
      "make it with `openledgerd genesis`",
    );
  }
}
