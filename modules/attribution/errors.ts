import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("attribution", {
  claimNotFound: 2,
  claimExists: 3,
  unknownKind: 4,
  bondTooSmall: 5,
  tooManyOpenClaims: 6,
  noCommittee: 7,
  notOperator: 8,
  wrongWindow: 9,
  notInCommittee: 10,
  badOpening: 11,
  rootMissing: 12,
  duplicateOpening: 13,
  openingMismatch: 14,
  badBlockInfo: 15,
  badExtension: 16,
  tooFewExtensions: 17,
  tooManyOpeningBytes: 18,
  genesis: 19,
  notFound: 20,
  badClaim: 21,
  notDisputable: 22,
});
