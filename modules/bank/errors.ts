import { defineErrors } from "../../chain/app/errors.ts";

/**
 * Codes of x/bank (types/errors.go) where it has them.
 * - `noOutputs`: a multi-send without outputs, or with too many
 * - `mismatch`: input and outputs of a multi-send differ
 * - `multipleSenders`: a multi-send with other than one input
 * - `denomMetadataNotFound`: nothing is recorded about the denomination
 */
export const bankErrors = defineErrors("bank", {
  noOutputs: 3,
  mismatch: 4,
  denomMetadataNotFound: 6,
  multipleSenders: 9,
});
