import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { taggedHash, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { type Dispute, Msg } from "../../../proto/gen/openledger/dispute/v1.ts";
import { checkpointAt } from "../bisect.ts";
import { type Arena, account } from "./arena.ts";

export const BLOB: Uint8Array = taggedHash("blob", utf8Bytes("state"));

/** Opens the dispute of `name` about the arena's claim; its id. */
export function challenge(arena: Arena, name = "cho"): Uint8Array {
  const { geometry, headPath: aunts } = arena.poster;
  const { steps, every } = geometry;
  return arena.send(Msg.Challenge, {
    challenger: account(name),
    claimId: arena.claimId,
    steps: BigInt(steps),
    every: BigInt(every),
    aunts,
  }).disputeId;
}

/** The poster answers what is asked with a state of its own, by default the one in its trace. */
export function answer(arena: Arena, { id, asked }: Dispute, root?: Uint8Array): void {
  const position = Number(asked);
  const index = checkpointAt(arena.poster.geometry, position);
  arena.send(Msg.Respond, {
    poster: account("pat"),
    disputeId: id,
    position: asked,
    root: root ?? arena.poster.states[position],
    stateBlob: BLOB,
    roundingHash: index === undefined ? undefined : arena.poster.roundingHash(index),
    aunts: index === undefined ? [] : arena.poster.path(index),
  });
}

/** The challenger judges the answer by `truth`, or as told. */
export function judge(arena: Arena, dispute: Dispute, verdict: readonly Uint8Array[] | boolean): void {
  const { id, asked, challenger, answer: given } = dispute;
  const agree =
    typeof verdict === "boolean" ? verdict : equalBytes(given?.root ?? BLOB, verdict[Number(asked)] as Uint8Array);
  arena.send(Msg.Choose, { challenger, disputeId: id, position: asked, agree });
}
