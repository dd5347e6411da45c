import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";

/** What a curator publishes first: binds the verdict to this curator and contribution. */
export function verdictCommitment(verdict: {
  readonly curator: string;
  readonly contribution: string;
  readonly bitmap: Uint8Array;
  readonly salt: Uint8Array;
}): Uint8Array {
  const { curator, contribution, bitmap, salt } = verdict;
  return taggedHash("openledger/verdict", utf8Bytes(curator), utf8Bytes(contribution), bitmap, salt);
}

/** A curator's place in the draw of a panel: the lowest ones sit. */
export function panelRank(draw: {
  readonly datanet: string;
  readonly window: number;
  readonly contribution: string;
  readonly curator: string;
}): Uint8Array {
  const { datanet, window, contribution, curator } = draw;
  const parts = [utf8Bytes(datanet), u32be(window), utf8Bytes(contribution), utf8Bytes(curator)];
  return taggedHash("openledger/curation/panel", ...parts);
}
