import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AppClient } from "../app/client.ts";
import type { BlobTransfer } from "../blobs/index.ts";
import type { NodeConfig } from "../config/config.ts";
import { LevelDisk } from "../disk/level-disk.ts";
import { GoldenGate } from "../doctor/gate.ts";
import { goldenCheck } from "../doctor/golden.ts";
import { runtimeFacts } from "../doctor/providers.ts";
import type { HomePaths } from "../home/paths.ts";
import { loadSeed } from "../keys/seed-file.ts";
import type { ValidatorKey } from "../keys/validator-key.ts";
import type { NodeLog } from "../p2p/index.ts";
import { artefactsOf } from "./artefacts.ts";
import { askApp } from "./ask.ts";
import { AbstainingAttester, type Attester } from "./attester.ts";
import { loadBeaconChain } from "./beacon-chain.ts";
import { BeaconSource } from "./beacon-source.ts";
import { ClaimsView } from "./claims-view.ts";
import { Commitments } from "./commitments.ts";
import { type AttestationFault, GuessingAttester } from "./guessing-attester.ts";
import { FETCH_TIMEOUT_MS } from "./limits.ts";
import { OpeningPool } from "./pool.ts";
import type { AttestationPort } from "./port.ts";
import { AttestationService, type ValidatorParts } from "./service.ts";
import { VerifyingAttester } from "./verifying-attester.ts";
import { Workbench } from "./workbench.ts";

export type { AttestationFault } from "./guessing-attester.ts";

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

/** Attestation of this node. Throws NodeError `home_in_use`, `corrupt`, `bad_key`. */
export async function openAttestation(setup: AttestationSetup, needs: AttestationNeeds): Promise<AttestationPort> {
  const { chainId, key } = setup;
  const { publish, log } = needs;
  const view = new ClaimsView(askApp(needs.app));
  const disk = key && (await LevelDisk.open(join(setup.paths.attest, "db")));
  const validator = key && disk && (await openValidator({ ...setup, key }, disk, needs));
  const pool = new OpeningPool(chainId, view, (opening) => validator?.attester.observe(opening));
  const close = async () => {
    await validator?.attester.close();
    await disk?.close();
  };
  return new AttestationService({ view, pool, validator, publish, log, close });
}

async function openValidator(
  setup: AttestationSetup & { readonly key: ValidatorKey },
  disk: LevelDisk,
  needs: AttestationNeeds,
): Promise<ValidatorParts> {
  const { chainId, paths, key } = setup;
  const { log } = needs;
  const ask = askApp(needs.app);
  const beacon = new BeaconSource(key.address, ask);
  loadBeaconChain(loadSeed(paths.beaconKey), paths.attest).then(
    (chain) => beacon.use(chain),
    (error: unknown) => log.error({ reason: (error as Error).message }, "no beacon reveals: the chain was not made"),
  );
  const attester = attesterOf(setup, needs);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  return {
    address: key.address,
    attester,
    workbench: new Workbench({ validator: key.address }, { attester, random, log }),
    commitments: await Commitments.open(chainId, disk),
    beacon,
  };
}

function attesterOf(
  { config, guess, key, paths }: AttestationSetup & { readonly key: ValidatorKey },
  { app, blobs, log }: AttestationNeeds,
): Attester {
  if (guess) return new GuessingAttester(guess, key.address);
  if (!config.verifier.enabled) return new AbstainingAttester();
  const features = join(paths.attest, "features");
  const ports = { ask: askApp(app), blobs: artefactsOf(blobs, FETCH_TIMEOUT_MS), features };
  const providers = runtimeFacts().cudaPlaced ? (["cpu", "cuda"] as const) : (["cpu"] as const);
  const checks = providers.map((provider) => goldenCheck(provider));
  return new GoldenGate(new VerifyingAttester(config.verifier, ports), checks, log);
}
