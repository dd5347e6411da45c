import { Params } from "../../proto/gen/openledger/finetune/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { describeReadme } from "../datanet/testing/readme.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { World } from "./testing/world.ts";

const { module } = new World().finetune;

describeReadme({ module, errors, limits, params: toJson(Params, DEFAULT_PARAMS), tables, folder: import.meta.dirname });
