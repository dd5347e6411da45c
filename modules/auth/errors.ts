import { defineErrors } from "../../chain/app/errors.ts";

/**
 * - `notAModuleAccount`: a module name that the application does not compose
 * - `accountNotFound`: no coins ever reached the address
 */
export const authErrors = defineErrors("auth", { notAModuleAccount: 2, accountNotFound: 3 });
