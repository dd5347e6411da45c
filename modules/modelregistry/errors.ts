import { defineErrors } from "../../chain/app/errors.ts";

/** Refusals of this module; the README says when each is given. */
export const errors = defineErrors("modelregistry", {
  notFound: 2,
  exists: 3,
  notOwner: 4,
  retired: 5,
  indexExists: 6,
  lineage: 7,
  labels: 8,
  rowsMismatch: 9,
  price: 10,
  tooLarge: 11,
  genesis: 12,
  noIndex: 13,
  notDrawn: 14,
});
