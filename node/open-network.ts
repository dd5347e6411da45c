import type { NodeConfig } from "./config/config.ts";
import type { LevelBlocks } from "./disk/level-blocks.ts";
import { NodeError } from "./errors.ts";
import type { LoadedGenesis } from "./genesis-file.ts";
import { createNetwork, type ItemVerdict, type Network, type NodeLog, P2pError } from "./p2p/index.ts";

export interface NetworkSetup {
  readonly config: NodeConfig;
  readonly genesis: LoadedGenesis;
  /** Seed of the node key, 32 bytes. */
  readonly seed: Uint8Array;
}

export interface NetworkNeeds {
  readonly log: NodeLog;
  readonly blocks: LevelBlocks;
  readonly checkTxs: (txs: readonly Uint8Array[]) => Promise<readonly ItemVerdict[]>;
  readonly checkOpenings: (items: readonly Uint8Array[]) => Promise<readonly ItemVerdict[]>;
}

/** The node's network, not started. Throws NodeError `bad_config` for addresses that make no sense; so does its `start`, and `port_in_use`. */
export async function openNetwork({ config, genesis, seed }: NetworkSetup, needs: NetworkNeeds): Promise<Network> {
  const { log, blocks, checkTxs, checkOpenings } = needs;
  const { chainId } = genesis.genesis;
  try {
    const network = await createNetwork(
      {
        listen: config.p2p.listen,
        persistentPeers: config.p2p.persistentPeers,
        maxPeers: config.p2p.maxPeers,
        privateKey: seed,
        self: { chainId, genesisHash: genesis.hash, moniker: config.moniker, software: "openledgerd" },
      },
      {
        log,
        checkTxs,
        checkOpenings,
        blocks: {
          status: () => ({ base: blocks.base(), height: blocks.height() }),
          async load(height) {
            const [block, extendedCommit] = await Promise.all([
              blocks.loadBlock(height),
              blocks.loadExtendedCommit(height),
            ]);
            return block && extendedCommit && { block, extendedCommit };
          },
        },
      },
    );
    return { ...network, start: () => network.start().catch((error: unknown) => Promise.reject(explain(error))) };
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): NodeError {
  const { message } = error as Error;
  if (!(error instanceof P2pError)) return new NodeError("bad_config", message, "see p2p in config.json");
  const next = error.nextStep ?? "see p2p in config.json";
  const code = error.code === "port-in-use" ? "port_in_use" : "bad_config";
  return new NodeError(code, message.replace(`. ${next}`, ""), next, { cause: error });
}
