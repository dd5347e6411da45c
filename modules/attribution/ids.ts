import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";

/**
 * Version of the rules of availability claims: fetch the blob and, where it is a manifest, the chunks that the seed draws
 * (challenge.ts); compare each sha256 with its id, sketch their bytes.
 */
export const AVAILABILITY_ALGORITHM = "availability-2";

/** Version of the rules of fidelity claims (FidelityReport): retrain a sample of the subsets, compare, sketch the scores. */
export const FIDELITY_ALGORITHM = "lds-1";

/** Claim id: it holds no height, so the same claim has the same id in every run. `poster` is bech32 text. */
export function claimId(fields: {
  readonly kind: number;
  readonly poster: string;
  readonly subject: Uint8Array;
  readonly payloadHash: Uint8Array;
}): Uint8Array {
  return taggedHash(
    "openledger/claim",
    u32be(fields.kind),
    utf8Bytes(fields.poster),
    fields.subject,
    fields.payloadHash,
  );
}

/** What a poster commits to before its opening is public. It binds the poster: nobody else can open a copy of the hash. */
export function openingHash(
  claim: { readonly subject: Uint8Array /** bech32 text */; readonly poster: string },
  opening: Uint8Array,
): Uint8Array {
  return taggedHash("openledger/opening", claim.subject, utf8Bytes(claim.poster), opening);
}

/** Payload hash of a claim whose statement is in clear. */
export function statementHash(statement: Uint8Array): Uint8Array {
  return taggedHash("openledger/statement", statement);
}
