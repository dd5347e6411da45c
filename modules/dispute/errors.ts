import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("dispute", {
  notFound: 2,
  notDisputable: 3,
  badGeometry: 4,
  badProof: 5,
  wrongParty: 6,
  wrongMove: 7,
  late: 8,
  tooMany: 9,
  over: 10,
  genesis: 11,
  badMessage: 12,
});
