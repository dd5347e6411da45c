import {
  CheckTxType,
  type ExtendedVoteInfo,
  RequestFinalizeBlock,
  RequestInfo,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  type ResponseFinalizeBlock,
  type ResponseQuery,
} from "cosmjs-types/tendermint/abci/types";
import { BlockIDFlag } from "cosmjs-types/tendermint/types/validator";
import type { Application } from "../../chain/app/boundary.ts";
import { voteExtensionSignBytes } from "../../chain/codec/sign-bytes.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { addressOfEd25519, generateEd25519, signEd25519 } from "../../chain/crypto/keys.ts";
import { MemoryDisk } from "../../chain/store/memory-disk.ts";
import type { MultiStore } from "../../chain/store/multistore.ts";
import { runDiskRead } from "../../chain/store/persist/disk.ts";
import { loadState } from "../../chain/store/persist/load.ts";
import type { GenesisDoc } from "../../chain/types/genesis.ts";
import { addMs, fromMs, type Timestamp } from "../../chain/types/time.ts";
import { buildGenesis, chainOptionsOf, type GenesisOptions } from "../../genesis/build.ts";
import { initChainRequest } from "../../genesis/init-request.ts";
import { composeModules, type OpenLedgerOptions, openledgerApp } from "../app.ts";
import { type Wallet, wallet } from "./wallet.ts";

const START = fromMs(1_700_000_000_000);
const VALIDATOR_SEED = new Uint8Array(32).fill(1);

/** A chain in one process without consensus: one validator, whose blocks hold what a test gives them. */
export interface TestChain {
  readonly app: Application;
  readonly genesis: GenesisDoc;
  readonly disk: MemoryDisk;
  readonly height: number;
  readonly time: Timestamp;
  /** Proposes, checks, executes and commits a block of these transactions; returns the response. */
  block(txs?: readonly Uint8Array[]): ResponseFinalizeBlock;
  /** Executes and commits exactly these transactions, transaction 0 among them, without a proposal. */
  force(txs: readonly Uint8Array[]): ResponseFinalizeBlock;
  /** The block that a proposer would make of these transactions. */
  propose(txs: readonly Uint8Array[]): Uint8Array[];
  query(path: string, data?: Uint8Array, options?: { height?: number; prove?: boolean }): ResponseQuery;
  check(tx: Uint8Array, recheck?: boolean): { code: number; log: string };
  /** Another application over a copy of the disk, as after a restart. */
  restart(): TestChain;
  readonly appHash: string;
}

export interface TestChainOptions extends Partial<GenesisOptions> {
  readonly wallets?: readonly Wallet[];
  readonly funds?: bigint;
  readonly app?: Partial<OpenLedgerOptions>;
  readonly genesis?: GenesisDoc;
}

export const TEST_FUNDS = 1_000_000_000n;

/** The genesis of a test chain: `operator` runs the only validator, every wallet has funds. */
export function testGenesis(options: TestChainOptions = {}): GenesisDoc {
  const feeDenom = options.feeDenom ?? "uopen";
  const operator = wallet("operator", { prefix: options.prefix });
  const amount = options.funds ?? TEST_FUNDS;
  const accounts = [operator, ...(options.wallets ?? [])].map(({ address }) => ({
    address,
    coins: [{ denom: feeDenom, amount }],
  }));
  const { pubKey } = generateEd25519(VALIDATOR_SEED);
  const validator = { operator: operator.address, pubKey, power: 10, moniker: "alpha", beaconEnd: new Uint8Array(32) };
  const base = { chainId: "test-1", genesisTime: START, accounts, validators: [validator] };
  return buildGenesis({ ...base, ...pick(options) });
}

function pick({ chainId, prefix, feeDenom, initialHeight, consensusParams, modules }: TestChainOptions) {
  const given = { chainId, prefix, feeDenom, initialHeight, consensusParams, modules };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function testChain(options: TestChainOptions = {}): TestChain {
  const genesis = options.genesis ?? testGenesis(options);
  const chain = open(genesis, new MemoryDisk(), options.app ?? {});
  chain.app.initChain(initChainRequest(genesis));
  return chain;
}

function open(genesis: GenesisDoc, disk: MemoryDisk, appOptions: Partial<OpenLedgerOptions>): TestChain {
  const chain = chainOptionsOf(genesis);
  const extensionsFrom = genesis.consensusParams.abci.voteExtensionsEnableHeight;
  const names = composeModules(chain, extensionsFrom).stores;
  const stores: MultiStore = runDiskRead(loadState({ names, firstVersion: genesis.initialHeight }), disk.read);
  const app = openledgerApp({ chain, extensionsFrom, checkInvariants: true, ...appOptions }, stores);
  const height = () => Number(app.info(RequestInfo.fromPartial({})).lastBlockHeight) || genesis.initialHeight - 1;
  const time = (at: number) => addMs(START, at * 1_000);
  const extended = (at: number) => ({ round: 0, votes: votesOf(genesis, at) });
  const commitOf = (at: number) => ({
    round: 0,
    votes: votesOf(genesis, at).map(({ validator, blockIdFlag }) => ({ validator, blockIdFlag })),
  });
  const next = () => ({ height: BigInt(height() + 1), time: time(height() + 1), proposerAddress: new Uint8Array(20) });
  const propose = (txs: readonly Uint8Array[]) =>
    app.prepareProposal(
      RequestPrepareProposal.fromPartial({
        ...next(),
        txs: [...txs],
        maxTxBytes: BigInt(genesis.consensusParams.block.maxBytes - 2_000),
        localLastCommit: extended(height()),
      }),
    ).txs;
  const force = (txs: readonly Uint8Array[]) => {
    const decidedLastCommit = commitOf(height());
    const response = app.finalizeBlock(
      RequestFinalizeBlock.fromPartial({ ...next(), txs: [...txs], decidedLastCommit }),
    );
    disk.batch(app.commit().writes);
    return response;
  };
  return {
    app,
    genesis,
    disk,
    propose,
    force,
    get height() {
      return height();
    },
    get time() {
      return time(height());
    },
    get appHash() {
      return toHex(app.info(RequestInfo.fromPartial({})).lastBlockAppHash);
    },
    block(given = []) {
      const txs = propose(given);
      const proposedLastCommit = commitOf(height());
      const request = RequestProcessProposal.fromPartial({ ...next(), txs, proposedLastCommit });
      const { status } = app.processProposal(request);
      if (status !== 1) throw new Error(`the application refuses its own proposal for block ${height() + 1}`);
      return force(txs);
    },
    query: (path, data = new Uint8Array(0), { height: at = 0, prove = false } = {}) =>
      app.query(RequestQuery.fromPartial({ path, data, height: BigInt(at), prove })),
    check: (tx, recheck = false) => app.checkTx({ tx, type: recheck ? CheckTxType.RECHECK : CheckTxType.NEW }),
    restart: () => open(genesis, disk.clone(), appOptions),
  };
}

/** The extended commit of a height, in which the only validator extended its vote with nothing. */
function votesOf(genesis: GenesisDoc, height: number): ExtendedVoteInfo[] {
  if (height < genesis.initialHeight) return [];
  const { pubKey, secretKey } = generateEd25519(VALIDATOR_SEED);
  const voteExtension = new Uint8Array(0);
  const bytes = voteExtensionSignBytes(genesis.chainId, { extension: voteExtension, height, round: 0 });
  const extensionSignature = signEd25519(secretKey, bytes);
  const validator = { address: addressOfEd25519(pubKey), power: 10n };
  return [{ validator, blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_COMMIT, voteExtension, extensionSignature }];
}
