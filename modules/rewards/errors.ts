import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("rewards", {
  nothingToClaim: 2,
  notFound: 3,
  genesis: 4,
  noHeldOut: 5,
  badClaim: 6,
});
