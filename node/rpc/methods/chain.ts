import { consensusParamsToJson, type JsonObject, upperHex, validatorToJson } from "../../../chain/codec/comet-json.ts";
import { toBase64 } from "../../../chain/crypto/bytes.ts";
import { type GenesisDoc, genesisToJson } from "../../../chain/types/genesis.ts";
import { toRfc3339 } from "../../../chain/types/time.ts";
import type { NodeBackend } from "../backend.ts";
import { failed } from "../errors.ts";
import { nextHeight, resolveHeight } from "../heights.ts";
import { GENESIS_CHUNK_BYTES } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { type Routes, route } from "../route.ts";

// The chain's rules: genesis, validators, parameters, and where consensus stands.

export const chainRoutes: Routes = {
  genesis: route({}, ({ backend }) => {
    const { json, chunks } = genesisOf(backend.genesis);
    if (chunks.length > 1) {
      throw failed("genesis response is large, please use the genesis_chunked API instead");
    }
    return { genesis: json };
  }),

  genesis_chunked: route({ chunk: "integer" }, ({ backend }, { chunk = 0 }) => {
    const { chunks } = genesisOf(backend.genesis);
    const data = chunks[chunk];
    if (data === undefined) {
      throw failed(`there are ${chunks.length} chunks, 0 to ${chunks.length - 1}, but ${chunk} was asked for`);
    }
    return { chunk: String(chunk), total: String(chunks.length), data };
  }),

  validators: route(
    { height: "integer", page: "integer", per_page: "integer" },
    async ({ backend }, { height: asked, ...page }) => {
      const height = resolveHeight(backend, asked, nextHeight(backend));
      const set = await backend.validators(height);
      if (!set) throw failed(`could not find validator set for height #${height}`);
      const shown = pageOf(set.validators, page);
      return {
        block_height: String(height),
        validators: shown.map(validatorToJson),
        count: String(shown.length),
        total: String(set.validators.length),
      };
    },
  ),

  consensus_params: route({ height: "integer" }, async ({ backend }, { height: asked }) => {
    const height = resolveHeight(backend, asked, nextHeight(backend));
    const params = await backend.consensusParams(height);
    if (!params) throw failed(`could not find consensus params for height #${height}`);
    return { block_height: String(height), consensus_params: consensusParamsToJson(params) };
  }),

  consensus_state: route({}, ({ backend }) => roundState(backend)),
  dump_consensus_state: route({}, async ({ backend }) => ({
    ...(await roundState(backend)),
    peers: backend.peers().map(({ peer, remoteAddress }) => ({ node_address: remoteAddress, peer_state: { peer } })),
  })),
};

const genesisCache = new WeakMap<GenesisDoc, { readonly json: JsonObject; readonly chunks: readonly string[] }>();

function genesisOf(doc: GenesisDoc): { readonly json: JsonObject; readonly chunks: readonly string[] } {
  const cached = genesisCache.get(doc);
  if (cached) return cached;
  const json = genesisToJson(doc);
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += GENESIS_CHUNK_BYTES) {
    chunks.push(toBase64(bytes.subarray(at, at + GENESIS_CHUNK_BYTES)));
  }
  const made = { json, chunks };
  genesisCache.set(doc, made);
  return made;
}

/** CometBFT's RoundStepType, by the step's name here. */
const STEPS: Readonly<Record<string, number>> = {
  newHeight: 1,
  newRound: 2,
  propose: 3,
  prevote: 4,
  precommit: 6,
  commit: 8,
};

/** Votes and locks of the running round stay inside consensus: their lists are empty here. */
async function roundState(backend: NodeBackend): Promise<JsonObject> {
  const { height, round, step } = backend.consensusState();
  const set = await backend.validators(nextHeight(backend));
  const proposer = set?.proposer().address ?? new Uint8Array(0);
  return {
    round_state: {
      "height/round/step": `${height}/${round}/${STEPS[step] ?? 1}`,
      start_time: toRfc3339(backend.status().time),
      proposal_block_hash: "",
      locked_block_hash: "",
      valid_block_hash: "",
      height_vote_set: [],
      proposer: { address: upperHex(proposer), index: set?.indexOf(proposer) ?? -1 },
    },
  };
}
