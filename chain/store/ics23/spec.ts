import { HashOp, type InnerSpec, type LeafOp, LengthOp } from "cosmjs-types/cosmos/ics23/v1/proofs";

/** The shape that a proof must have to count as one of a kind of tree (ICS-23, `ProofSpec`). */
export interface ProofSpec {
  readonly leafSpec: LeafOp;
  readonly innerSpec: InnerSpec;
  /** Bounds on the number of inner steps; 0: none below, `DEFAULT_MAX_DEPTH` above. */
  readonly minDepth: number;
  readonly maxDepth: number;
  /** Neighbours are ordered by the hash of their keys. */
  readonly prehashKeyBeforeComparison: boolean;
}

/** Inner steps allowed where a spec names no bound. */
export const DEFAULT_MAX_DEPTH = 128;

const LENGTH_PREFIXED_LEAF: LeafOp = {
  hash: HashOp.SHA256,
  prehashKey: HashOp.NO_HASH,
  prehashValue: HashOp.SHA256,
  length: LengthOp.VAR_PROTO,
  prefix: Uint8Array.of(0),
};

const BINARY: InnerSpec = {
  childOrder: [0, 1],
  childSize: 32,
  minPrefixLength: 1,
  maxPrefixLength: 1,
  emptyChild: new Uint8Array(0),
  hash: HashOp.SHA256,
};

const UNBOUNDED = { minDepth: 0, maxDepth: 0, prehashKeyBeforeComparison: false };

/** cosmos/iavl: height, size and version before the children, a length byte before each. */
export const IAVL_SPEC: ProofSpec = {
  leafSpec: LENGTH_PREFIXED_LEAF,
  innerSpec: { ...BINARY, childSize: 33, minPrefixLength: 4, maxPrefixLength: 12 },
  ...UNBOUNDED,
};

/** The simple merkle map over store roots. */
export const TENDERMINT_SPEC: ProofSpec = { leafSpec: LENGTH_PREFIXED_LEAF, innerSpec: BINARY, ...UNBOUNDED };

/** Sparse merkle trees of other chains; here for the official vectors and for light clients. */
export const SMT_SPEC: ProofSpec = {
  leafSpec: { ...LENGTH_PREFIXED_LEAF, prehashKey: HashOp.SHA256, length: LengthOp.NO_PREFIX },
  innerSpec: { ...BINARY, emptyChild: new Uint8Array(32) },
  minDepth: 0,
  maxDepth: 256,
  prehashKeyBeforeComparison: true,
};
