import type { Role } from "./dealing.ts";

/** The answer of `demo --output json`. Amounts are uopen as decimal strings. */
export interface DemoResult {
  readonly chainId: string;
  readonly height: number;
  /** Every node's own application hash of one height. */
  readonly validators: readonly { readonly moniker: string; readonly height: number; readonly appHash: string }[];
  readonly snapshot: {
    readonly items: number;
    readonly clusters: number;
    /** Cluster owners that judge and are not trained on. */
    readonly heldOut: number;
    readonly root: string;
  };
  readonly model: {
    readonly testAccuracy: number | null;
    readonly heldOutAccuracy: number | null;
    readonly weightsHash: string;
    readonly indexRoot: string;
  };
  readonly claims: { readonly settled: number; readonly refunded: number; readonly rejected: number };
  readonly totals: Totals;
  readonly contributors: readonly ContributorResult[];
  readonly attestations: readonly {
    readonly moniker: string;
    readonly accepted: number;
    readonly rejected: number;
    readonly abstained: number;
    readonly voided: number;
  }[];
  readonly explain: readonly Explained[];
  /** By stage, and `total`. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** The other parts sum to `fees`. */
export interface Totals {
  readonly fees: string;
  readonly host: string;
  readonly burn: string;
  readonly treasury: string;
  readonly model: string;
  readonly attestors: string;
  readonly contributors: string;
  /** Flat share of the owners of held-out items. */
  readonly heldOut: string;
  readonly curation: string;
  readonly bounty: string;
}

export interface ContributorResult {
  readonly name: string;
  readonly role: Role;
  readonly submitted: number;
  readonly accepted: number;
  /** Accepted items that repeat nothing earlier. */
  readonly owners: number;
  /** Of `owners`: judge and are not trained on. */
  readonly heldOut: number;
  /** For influence on answers, and the flat share of held-out items. */
  readonly paid: string;
  /** Of `paid`: the flat share. */
  readonly flat: string;
  readonly paidPerSubmitted: number;
  readonly paidPerAccepted: number;
}

export interface Explained {
  readonly requestId: string;
  readonly contributionId: string;
  readonly paid: string;
  readonly recomputed: string;
}
