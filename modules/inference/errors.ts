import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("inference", {
  notFound: 2,
  notServing: 3,
  feeTooLow: 4,
  tooManyPending: 5,
  badExpiry: 6,
  notPending: 7,
  badOutput: 8,
  tooManyTokens: 9,
  feeAboveMax: 10,
  badOpening: 11,
  genesis: 12,
  badRequest: 13,
});
