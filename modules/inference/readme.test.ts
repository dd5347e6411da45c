import { Params } from "../../proto/gen/openledger/inference/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { TestChain } from "../attribution/testing/chain.ts";
import { validatorKeys } from "../attribution/testing/fixtures.ts";
import { describeReadme } from "../datanet/testing/readme.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";

const chain = new TestChain({ validators: [validatorKeys("val", 1)], accounts: [] });
const { module } = chain.inference;

describeReadme({ module, errors, limits, params: toJson(Params, DEFAULT_PARAMS), tables, folder: import.meta.dirname });
