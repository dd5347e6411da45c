import { RequestInitChain } from "cosmjs-types/tendermint/abci/types";
import { ConsensusParams as WireParams } from "cosmjs-types/tendermint/types/params";
import type { GenesisDoc } from "../chain/types/genesis.ts";
import { encodeConsensusParams } from "../chain/types/params.ts";

/** What InitChain is asked for a genesis document. */
export function initChainRequest(doc: GenesisDoc): RequestInitChain {
  return RequestInitChain.fromPartial({
    time: doc.genesisTime,
    chainId: doc.chainId,
    consensusParams: WireParams.decode(encodeConsensusParams(doc.consensusParams)),
    validators: doc.validators.map(({ pubKey, power }) => ({ pubKey: { ed25519: pubKey }, power: BigInt(power) })),
    appStateBytes: new TextEncoder().encode(JSON.stringify(doc.appState)),
    initialHeight: BigInt(doc.initialHeight),
  });
}
