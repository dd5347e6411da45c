import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("curation", {
  notFound: 2,
  bondTooLow: 3,
  full: 4,
  seated: 5,
  notOnPanel: 6,
  wrongPhase: 7,
  committed: 8,
  liability: 9,
  wrongReveal: 10,
  genesis: 11,
});
