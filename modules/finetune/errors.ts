import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("finetune", {
  notFound: 2,
  badRequest: 3,
  lineage: 4,
  priceTooLow: 5,
  bondTooLow: 6,
  badDeadline: 7,
  tooManyOpen: 8,
  wrongStatus: 9,
  notYours: 10,
  tooLate: 11,
  badCheckpoint: 12,
  badResult: 13,
  disputed: 14,
  badModel: 15,
  unattested: 16,
  genesis: 17,
});
