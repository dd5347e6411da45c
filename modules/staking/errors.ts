import { defineErrors } from "../../chain/app/errors.ts";

/**
 * - `validatorNotFound`: no validator has this operator
 * - `emptySet`: the change would leave no validator; the set stays as it was
 * - `powerOverflow`: the change would exceed the largest total power; the set stays as it was
 * - `badValidator`: a key, power or moniker outside its limits, or one that another validator has
 */
export const stakingErrors = defineErrors("staking", {
  validatorNotFound: 3,
  emptySet: 101,
  powerOverflow: 102,
  badValidator: 103,
});
