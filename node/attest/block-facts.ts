import type { Event } from "cosmjs-types/tendermint/abci/types";
import { unwrapInjected } from "../../chain/app/tx/injected-envelope.ts";
import { type ClaimOpening, MsgBlockInfo, type Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import type { CommittedEvent } from "../rpc/backend.ts";

/** What attestation reads of an applied block. */
export interface BlockFacts {
  readonly height: number;
  /** Hex ids of attested claims that its transactions posted. */
  readonly posted: readonly string[];
  /** Hex ids of claims that its end tallied. */
  readonly tallied: readonly string[];
  /** Openings that its transaction 0 holds. */
  readonly openings: readonly Opening[];
  readonly claimOpenings: readonly ClaimOpening[];
  /** A beacon chain was registered. */
  readonly beaconRegistered: boolean;
  /** Ids of models that results are about to be claimed for: their index was registered, or an inference requested. */
  readonly models: readonly string[];
}

export function factsOf({ block, response }: Pick<CommittedEvent, "block" | "response">): BlockFacts {
  const events = [...response.txResults.flatMap((result) => result.events), ...response.events];
  const { openings, claimOpenings } = blockInfoOf(block.txs[0]);
  return {
    height: block.header.height,
    posted: named(events, "claim_posted")
      .filter((event) => attribute(event, "attested") === "true")
      .map((event) => attribute(event, "claim_id")),
    tallied: named(events, "claim_tallied").map((event) => attribute(event, "claim_id")),
    openings,
    claimOpenings,
    beaconRegistered: named(events, "beacon_registered").length > 0,
    models: [...new Set(MODEL_EVENTS.flatMap((type) => named(events, type)).map((event) => attribute(event, "model")))],
  };
}

const MODEL_EVENTS = ["register_index", "inference_requested"];

const NO_INFO: Pick<MsgBlockInfo, "openings" | "claimOpenings"> = { openings: [], claimOpenings: [] };

function blockInfoOf(tx: Uint8Array | undefined): Pick<MsgBlockInfo, "openings" | "claimOpenings"> {
  const bytes = tx && unwrapInjected(MsgBlockInfo.typeUrl, tx);
  if (!bytes) return NO_INFO;
  try {
    return MsgBlockInfo.decode(bytes);
  } catch {
    return NO_INFO;
  }
}

function named(events: readonly Event[], type: string): Event[] {
  return events.filter((event) => event.type === type);
}

function attribute(event: Event, key: string): string {
  return event.attributes.find((attribute) => attribute.key === key)?.value ?? "";
}
