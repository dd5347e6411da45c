import { encodeExtension } from "../../modules/attribution/client.ts";
import type { AppClient } from "../app/client.ts";
import type { BlobTransfer } from "../blobs/index.ts";
import type { NodeConfig } from "../config/config.ts";
import type { HomePaths } from "../home/paths.ts";
import { loadSeed } from "../keys/seed-file.ts";
import type { ValidatorKey } from "../keys/validator-key.ts";
import type { NodeLog } from "../p2p/index.ts";
import { BeaconSource } from "./beacon-source.ts";
import type { AttestationPort } from "./port.ts";

/** Ways to guess a sketch instead of computing it; faults for tests of the network's defence. */
export type AttestationFault = "zeros" | "previous" | "peer";

export interface AttestationSetup {
  readonly config: NodeConfig;
  readonly paths: HomePaths;
  readonly chainId: string;
  readonly key: ValidatorKey | undefined;
  readonly guess: AttestationFault | undefined;
}

export interface AttestationNeeds {
  readonly app: AppClient;
  readonly blobs: BlobTransfer;
  /** Gossips an encoded OpeningEnvelope. */
  readonly publish: (envelope: Uint8Array) => void;
  readonly log: NodeLog;
  readonly fatal: (error: Error) => void;
}

/** Attestation of this node. */
export async function openAttestation(setup: AttestationSetup, needs: AttestationNeeds): Promise<AttestationPort> {
  const beacon = setup.key && new BeaconSource(loadSeed(setup.paths.beaconKey), setup.key.address, needs.app);
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    async extensionFor(height) {
      return encodeExtension({ root: new Uint8Array(0), reveal: (await beacon?.reveal(height)) ?? new Uint8Array(0) });
    },
    onBlock() {},
    candidate: () => undefined,
    onOpening: () => Promise.resolve({ action: "ignore", code: "no-claims" }),
  };
}
