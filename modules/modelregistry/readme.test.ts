import { Params } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { describeReadme } from "../datanet/testing/readme.ts";
import { json, World } from "../datanet/testing/world.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";

describeReadme({
  module: new World().modelregistry.module,
  errors,
  limits,
  params: json(Params, DEFAULT_PARAMS),
  tables,
  folder: import.meta.dirname,
});
