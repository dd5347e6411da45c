import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("datanet", {
  notFound: 2,
  exists: 3,
  notCreator: 4,
  notContributor: 5,
  wrongPhase: 6,
  busy: 7,
  turnsOutstanding: 8,
  windowFull: 9,
  wrongReveal: 10,
  tooSoon: 11,
  licence: 12,
  lineage: 13,
  tooLarge: 14,
  notWithdrawable: 15,
  snapshotExists: 16,
  snapshotMismatch: 17,
  genesis: 18,
});
