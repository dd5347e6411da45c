import { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { merkleRoot } from "../crypto/merkle.ts";

/** The part of a transaction's result that every node must agree on. */
export interface TxOutcome {
  readonly code: number;
  readonly data: Uint8Array;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
}

/** Merkle root over {code, data, gas_wanted, gas_used}: last_results_hash of the next header. Log and events are not in. */
export function resultsHash(results: readonly TxOutcome[]): Uint8Array {
  return merkleRoot(results.map(encodeOutcome));
}

function encodeOutcome({ code, data, gasWanted, gasUsed }: TxOutcome): Uint8Array {
  return ExecTxResult.encode(ExecTxResult.fromPartial({ code, data, gasWanted, gasUsed })).finish();
}
