import { Params } from "../../proto/gen/openledger/datanet/v1.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { describeReadme } from "./testing/readme.ts";
import { json, World } from "./testing/world.ts";
import * as types from "./types.ts";

describeReadme({
  module: new World().datanet.module,
  errors,
  limits: { ...limits, ...types },
  params: json(Params, DEFAULT_PARAMS),
  tables,
  folder: import.meta.dirname,
});
