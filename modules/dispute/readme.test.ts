import { Params } from "../../proto/gen/openledger/dispute/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { describeReadme } from "../datanet/testing/readme.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { Arena } from "./testing/arena.ts";
import { Poster, statesOf } from "./testing/computation.ts";

const geometry = { steps: 1, every: 1 };
const { module } = new Arena(new Poster(geometry, statesOf(geometry))).dispute;

describeReadme({ module, errors, limits, params: toJson(Params, DEFAULT_PARAMS), tables, folder: import.meta.dirname });
