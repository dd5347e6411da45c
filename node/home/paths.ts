import { join } from "node:path";

/** Every file and folder of a node's home. */
export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly genesis: string;
  readonly nodeKey: string;
  readonly validatorKey: string;
  readonly beaconKey: string;
  readonly data: string;
  readonly signState: string;
  readonly wal: string;
  readonly lock: string;
  readonly app: string;
  readonly blocks: string;
  readonly index: string;
  readonly blobs: string;
  readonly attest: string;
}

export function homePaths(home: string): HomePaths {
  const config = join(home, "config");
  const data = join(home, "data");
  return {
    home,
    config: join(config, "config.json"),
    genesis: join(config, "genesis.json"),
    nodeKey: join(config, "node_key.json"),
    validatorKey: join(config, "priv_validator_key.json"),
    beaconKey: join(config, "beacon_key.json"),
    data,
    signState: join(data, "priv_validator_state.bin"),
    wal: join(data, "consensus.wal"),
    lock: join(data, "LOCK"),
    app: join(data, "app"),
    blocks: join(data, "blocks"),
    index: join(data, "index"),
    blobs: join(data, "blobs"),
    attest: join(data, "attest"),
  };
}
