import type { GeneratedType } from "@cosmjs/proto-signing";
import { QueryAccountInfoRequest, QueryAccountInfoResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import {
  QueryBalanceRequest,
  QueryBalanceResponse,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import {
  RequestFinalizeBlock,
  RequestInfo,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  type ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import type { Application } from "../../../chain/app/boundary.ts";
import { compareBytes, toHex } from "../../../chain/crypto/bytes.ts";
import { MemoryDisk } from "../../../chain/store/memory-disk.ts";
import { runDiskRead } from "../../../chain/store/persist/disk.ts";
import { loadState } from "../../../chain/store/persist/load.ts";
import { addMs, fromMs } from "../../../chain/types/time.ts";
import { buildGenesis, chainOptionsOf } from "../../../genesis/build.ts";
import { initChainRequest } from "../../../genesis/init-request.ts";
import { type ClaimOpening, MsgBlockInfo, Query } from "../../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes, type MessageCodec, type Partially } from "../../../proto/runtime.ts";
import { composeModules, openledgerApp } from "../../app.ts";
import { Agent, type AgentSpec } from "../../attribution/testing/agents.ts";
import { CHAIN_ID } from "../../attribution/testing/fixtures.ts";
import { wallet } from "../../testing/wallet.ts";

const START = fromMs(1_700_000_000_000);
const NONE = new Uint8Array(0);
const GAS = 5_000_000;

type Signed = { readonly extension: Uint8Array; readonly signature: Uint8Array } | undefined;

interface Method<M, R> {
  readonly request: MessageCodec<M>;
  readonly response: MessageCodec<R>;
}

/** A signed message of a named account. */
export interface Call {
  readonly from: string;
  readonly typeUrl: string;
  readonly value: unknown;
  readonly codec: GeneratedType;
}

export function call<M>(from: string, method: { readonly request: MessageCodec<M> }, partial: Partially<M>): Call {
  const codec = method.request;
  return { from, typeUrl: codec.typeUrl, value: codec.fromPartial(partial), codec: codec as unknown as GeneratedType };
}

/** The whole application behind its ABCI boundary, signed transactions, and validators with real extensions. */
export class AppNetwork {
  readonly agents: readonly Agent[];
  readonly disk = new MemoryDisk();
  readonly app: Application;
  /** Blocks so far, for replay. */
  readonly blocks: { readonly request: RequestFinalizeBlock; readonly appHash: string }[] = [];
  readonly posted: ClaimOpening[] = [];
  readonly #genesis;
  #votes = new Map<string, Signed>();
  #clock = 0;

  constructor(validators: readonly AgentSpec[], accounts: readonly string[]) {
    this.agents = validators.map((spec) => new Agent({ ...spec, operator: wallet(spec.name).address }));
    const coins = [{ denom: "uopen", amount: 1_000_000_000n }];
    const names = [...validators.map(({ name }) => name), ...accounts];
    this.#genesis = buildGenesis({
      chainId: CHAIN_ID,
      genesisTime: START,
      accounts: names.map((name) => ({ address: wallet(name).address, coins })),
      validators: this.agents.map(({ keys }) => ({ ...keys, moniker: keys.name, beaconEnd: keys.beacon.end })),
    });
    this.app = this.open(this.disk);
    this.app.initChain(initChainRequest(this.#genesis));
  }

  /** An application over the state of a disk. */
  open(disk: MemoryDisk): Application {
    const chain = chainOptionsOf(this.#genesis);
    const { stores } = composeModules(chain, 1);
    const loaded = runDiskRead(loadState({ names: stores, firstVersion: 1 }), disk.read);
    return openledgerApp({ chain, extensionsFrom: 1, checkInvariants: true }, loaded);
  }

  /** Another node that starts from genesis and executes the same blocks: its app hash after each. */
  replay(): string[] {
    const disk = new MemoryDisk();
    const app = this.open(disk);
    app.initChain(initChainRequest(this.#genesis));
    return this.blocks.map(({ request }) => {
      const { appHash } = app.finalizeBlock(request);
      disk.batch(app.commit().writes);
      return toHex(appHash);
    });
  }

  get height(): number {
    return Number(this.app.info(RequestInfo.fromPartial({})).lastBlockHeight);
  }

  /** Answer of one query; throws what it is refused with. */
  query<Q, R>(method: Method<Q, R> & { readonly path: string }, request: Partially<Q>): R {
    return method.response.decode(
      this.#answer(method.path, encodeBytes(method.request, method.request.fromPartial(request))),
    );
  }

  #answer(path: string, data: Uint8Array): Uint8Array {
    const { code, log, value } = this.app.query(RequestQuery.fromPartial({ path, data }));
    if (code !== 0) throw new Error(log);
    return value;
  }

  balance(name: string): bigint {
    const data = QueryBalanceRequest.encode({ address: wallet(name).address, denom: "uopen" }).finish();
    const value = this.#answer("/cosmos.bank.v1beta1.Query/Balance", data);
    return BigInt(QueryBalanceResponse.decode(value).balance?.amount ?? "0");
  }

  supply(): bigint {
    const data = QuerySupplyOfRequest.encode({ denom: "uopen" }).finish();
    const value = this.#answer("/cosmos.bank.v1beta1.Query/SupplyOf", data);
    return BigInt(QuerySupplyOfResponse.decode(value).amount.amount);
  }

  /** A block of these calls, each in a transaction of its own; throws when one fails. Responses in order. */
  block(calls: readonly Call[] = []): Uint8Array[] {
    const height = this.height + 1;
    const txs = this.#sign(calls);
    const { claims } = height === 1 ? { claims: [] } : this.query(Query.OpenClaims, {});
    const openings = this.agents.flatMap((agent) => agent.openings(claims, height));
    const pool = encodeBytes(MsgBlockInfo, MsgBlockInfo.fromPartial({ openings, claimOpenings: this.posted }));
    const candidate = { typeUrl: MsgBlockInfo.typeUrl, value: pool };
    const bodyBytes = TxBody.encode(TxBody.fromPartial({ messages: [candidate] })).finish();
    const tx0 = TxRaw.encode(TxRaw.fromPartial({ bodyBytes })).finish();
    const votes = new Map(
      this.agents.map((agent) => [toHex(agent.keys.address), agent.precommit(height, claims, () => true)]),
    );
    const response = this.#run(height, [tx0, ...txs]);
    this.#votes = votes;
    for (const [i, { code, log }] of response.txResults.entries()) {
      if (code !== 0) throw new Error(`transaction ${i} of block ${height}: ${log}`);
    }
    return response.txResults.slice(1).map(({ data }) => data);
  }

  run(count: number): void {
    for (let i = 0; i < count; i++) this.block();
  }

  #run(height: number, given: readonly Uint8Array[]): ResponseFinalizeBlock {
    const next = {
      height: BigInt(height),
      time: addMs(START, ++this.#clock * 1_000),
      proposerAddress: new Uint8Array(20),
    };
    const votes = height === 1 ? [] : this.#commit();
    const { txs } = this.app.prepareProposal(
      RequestPrepareProposal.fromPartial({
        ...next,
        txs: [...given],
        maxTxBytes: 4_000_000n,
        localLastCommit: { round: 0, votes },
      }),
    );
    if (txs.length !== given.length)
      throw new Error(`block ${height} holds ${txs.length} of ${given.length} transactions`);
    const commit = { round: 0, votes: votes.map(({ validator, blockIdFlag }) => ({ validator, blockIdFlag })) };
    const { status } = this.app.processProposal(
      RequestProcessProposal.fromPartial({ ...next, txs, proposedLastCommit: commit }),
    );
    if (status !== 1) throw new Error(`block ${height} is refused`);
    const request = RequestFinalizeBlock.fromPartial({ ...next, txs, decidedLastCommit: commit });
    const response = this.app.finalizeBlock(request);
    this.disk.batch(this.app.commit().writes);
    this.blocks.push({ request, appHash: toHex(response.appHash) });
    return response;
  }

  #commit() {
    const inOrder = [...this.agents].sort(
      (a, b) => b.keys.power - a.keys.power || compareBytes(a.keys.address, b.keys.address),
    );
    return inOrder.map(({ keys }) => {
      const vote = this.#votes.get(toHex(keys.address));
      return {
        validator: { address: keys.address, power: BigInt(keys.power) },
        blockIdFlag: vote ? 2 : 1,
        voteExtension: vote?.extension ?? NONE,
        extensionSignature: vote?.signature ?? NONE,
      };
    });
  }

  #sign(calls: readonly Call[]): Uint8Array[] {
    const sent = new Map<string, number>();
    return calls.map(({ from, typeUrl, value, codec }) => {
      const signer = wallet(from, { chainId: CHAIN_ID, types: [[typeUrl, codec]] });
      const data = QueryAccountInfoRequest.encode({ address: signer.address }).finish();
      const { info } = QueryAccountInfoResponse.decode(this.#answer("/cosmos.auth.v1beta1.Query/AccountInfo", data));
      const before = sent.get(from) ?? 0;
      sent.set(from, before + 1);
      const sequence = Number(info?.sequence ?? 0n) + before;
      return signer.sign([{ typeUrl, value }], {
        sequence,
        accountNumber: Number(info?.accountNumber ?? 0n),
        gas: GAS,
      });
    });
  }
}
