import { addresses } from "../../../chain/app/addresses.ts";
import type { Context } from "../../../chain/app/context.ts";
import { sdkErrors } from "../../../chain/app/errors.ts";
import type { ChainOptions } from "../../../chain/app/options.ts";
import { sha256, sha256Truncated } from "../../../chain/crypto/hash.ts";
import { addressOfEd25519, generateEd25519 } from "../../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { ContributionStatus } from "../../../proto/gen/openledger/datanet/v1.ts";
import { Model, ModelStatus } from "../../../proto/gen/openledger/modelregistry/v1.ts";
import { type BeaconSecret, makeBeaconChain } from "../beacon-secret.ts";

export const CHAIN_ID = "attribution-test-1";
export const OPTIONS: ChainOptions = { chainId: CHAIN_ID, addresses: addresses("open"), feeDenom: "uopen" };

/** Coins of every account at the start. */
export const FUNDS = 1_000_000_000n;

export function account(name: string): string {
  return OPTIONS.addresses.toText(sha256Truncated(utf8Bytes(name)));
}

/** A 32-byte value that a text names. */
export function hashOf(text: string): Uint8Array {
  return sha256(utf8Bytes(text));
}

export interface ValidatorKeys {
  readonly name: string;
  readonly operator: string;
  readonly pubKey: Uint8Array;
  readonly secretKey: Uint8Array;
  readonly address: Uint8Array;
  readonly power: number;
  readonly beacon: BeaconSecret;
}

/** Reveals of a test's hash chain: more than any test has blocks. */
const BEACON_LENGTH = 256;

export function validatorKeys(name: string, power: number, operator: string = account(name)): ValidatorKeys {
  const { pubKey, secretKey } = generateEd25519(hashOf(`consensus ${name}`));
  const beacon = makeBeaconChain(hashOf(`beacon ${name}`), BEACON_LENGTH);
  return { name, operator, pubKey, secretKey, address: addressOfEd25519(pubKey), power, beacon };
}

export const MODEL: Model = Model.fromPartial({
  id: "greeter",
  owner: account("owner"),
  snapshots: ["greetings/1"],
  labels: ["hello", "goodbye"],
  priceRequest: "1000",
  priceToken: "7",
  fidelity: 10n ** 18n,
  status: ModelStatus.MODEL_STATUS_SERVING,
});

/** Contributions of the snapshot, each of ten accepted items, two a contributor. */
export const CONTRIBUTIONS = Array.from({ length: 12 }, (_, i) => ({
  contribution: `c${String(i).padStart(2, "0")}`,
  contributor: account(`contributor ${i >> 1}`),
}));

const ITEMS = 10;

const sumOf = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

/** DataNets, curation and models as this test needs them: one accepted snapshot, one model, two curators. */
export class Catalogue {
  model: Model | undefined = MODEL;
  readonly withdrawn = new Set<string>();
  /** Held-out items of the snapshot by contributor. */
  heldOut: ReadonlyMap<string, number> = new Map();
  curators: readonly (readonly [string, number])[] = [
    [account("curator 1"), 12],
    [account("curator 2"), 5],
  ];

  readonly models = { model: (_: Context, id: string) => (id === this.model?.id ? this.model : undefined) };

  readonly datanets = {
    snapshot: (_: Context, id: string) =>
      id === "greetings/1"
        ? { datanet: "greetings", contributions: CONTRIBUTIONS, heldOut: sumOf(this.heldOut.values()) }
        : undefined,
    heldOutCounts: (_: Context, id: string) => (id === "greetings/1" ? this.heldOut : new Map<string, number>()),
    contribution: (_: Context, id: string) => {
      const found = CONTRIBUTIONS.find(({ contribution }) => contribution === id);
      return found && { contributor: found.contributor, status: ContributionStatus.CONTRIBUTION_STATUS_CURATED };
    },
    isAccepted: (_: Context, id: string, item: number) =>
      item < ITEMS && !this.withdrawn.has(id) && CONTRIBUTIONS.some(({ contribution }) => contribution === id),
  };

  readonly fidelities = new Map<string, bigint>();

  readonly fidelity = {
    checkModel: (_: Context, id: string) => {
      if (id !== this.model?.id) throw sdkErrors.notFound(`no model ${id}`);
    },
    setFidelity: (_: Context, id: string, fidelity: bigint) => void this.fidelities.set(id, fidelity),
    datanetsOf: () => ["greetings"],
  };

  readonly curation = { verdictCounts: () => this.curators };
}
