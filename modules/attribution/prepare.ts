import { contained } from "../../chain/app/contained.ts";
import type { Context } from "../../chain/app/context.ts";
import { compareBytes } from "../../chain/crypto/bytes.ts";
import { ClaimOpening, MsgBlockInfo, Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { MAX_OPENINGS_PER_BLOCK } from "./limits.ts";
import type { Recorder } from "./record.ts";

/** Tag and length of a list entry in the encoded message, at most. */
const ENTRY_OVERHEAD = 5;

type Candidate =
  | { readonly claimId: Uint8Array; readonly opening: Opening; readonly posters?: undefined }
  | { readonly claimId: Uint8Array; readonly posters: ClaimOpening; readonly opening?: undefined };

/** Encoded bytes of all openings: what `max_opening_bytes` bounds. */
export function openingBytes(message: Pick<MsgBlockInfo, "openings" | "claimOpenings">): number {
  const of = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  return (
    of(message.openings.map((opening) => Opening.encode(opening).finish().length)) +
    of(message.claimOpenings.map((opening) => ClaimOpening.encode(opening).finish().length))
  );
}

/**
 * What of the pool's candidates goes into the block: valid ones within `room` bytes, by deadline, the posters' before the
 * validators' (a poster that is left out loses its bond), then by claim id and validator. Writes to `trial`, which the
 * caller forgets.
 */
export function selectOpenings(
  trial: Context,
  from: { readonly candidates: Uint8Array | undefined; readonly room: number },
  { keeper, recorder }: { readonly keeper: AttributionKeeper; readonly recorder: Recorder },
): Pick<MsgBlockInfo, "openings" | "claimOpenings"> {
  const openings: Opening[] = [];
  const claimOpenings: ClaimOpening[] = [];
  let room = from.room;
  for (const candidate of inOrder(trial, keeper, decodeCandidates(from.candidates))) {
    const size = sizeOf(candidate) + ENTRY_OVERHEAD;
    if (size > room) continue;
    const refused = contained(trial, (branch) => record(branch, recorder, candidate));
    if (refused) continue;
    room -= size;
    if (candidate.opening) openings.push(candidate.opening);
    else claimOpenings.push(candidate.posters);
  }
  return { openings, claimOpenings };
}

function record(ctx: Context, recorder: Recorder, candidate: Candidate): void {
  if (candidate.opening) recorder.opening(ctx, candidate.opening);
  else recorder.claimOpening(ctx, candidate.posters);
}

function sizeOf(candidate: Candidate): number {
  if (candidate.opening) return Opening.encode(candidate.opening).finish().length;
  return ClaimOpening.encode(candidate.posters).finish().length;
}

function decodeCandidates(bytes: Uint8Array | undefined): Candidate[] {
  if (!bytes) return [];
  try {
    const { openings, claimOpenings } = MsgBlockInfo.decode(bytes);
    return [
      ...claimOpenings.map((posters) => ({ claimId: posters.claimId, posters })),
      ...openings.map((opening) => ({ claimId: opening.claimId, opening })),
    ].slice(0, MAX_OPENINGS_PER_BLOCK);
  } catch {
    return [];
  }
}

function inOrder(ctx: Context, keeper: AttributionKeeper, candidates: readonly Candidate[]): Candidate[] {
  const dated = candidates.flatMap((candidate) => {
    const claim = keeper.claim(ctx, candidate.claimId);
    return claim ? [{ candidate, openEnd: Number(claim.openEnd) }] : [];
  });
  dated.sort((a, b) => a.openEnd - b.openEnd || compareCandidates(a.candidate, b.candidate));
  return dated.map(({ candidate }) => candidate);
}

function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.opening && b.opening) {
    return compareBytes(a.claimId, b.claimId) || compareBytes(a.opening.validator, b.opening.validator);
  }
  if (a.opening || b.opening) return a.opening ? 1 : -1;
  return compareBytes(a.claimId, b.claimId);
}
