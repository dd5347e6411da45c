import { Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { TestChain } from "../attribution/testing/chain.ts";
import { validatorKeys } from "../attribution/testing/fixtures.ts";
import { describeReadme } from "../datanet/testing/readme.ts";
import { kindName } from "./engine.ts";
import { errors } from "./errors.ts";
import { tables } from "./keys.ts";
import * as limits from "./limits.ts";
import { DEFAULT_PARAMS } from "./params.ts";

const chain = new TestChain({ validators: [validatorKeys("val", 1)], accounts: [] });
const { module } = chain.attribution;

/** Parameters with those of single kinds one by one, by the kind's name in events. */
function flattened(): Record<string, unknown> {
  const { kinds, unattested_kinds, ...plain } = toJson(Params, DEFAULT_PARAMS) as Record<string, unknown>;
  const named = DEFAULT_PARAMS.kinds.flatMap(({ kind, commitBlocks, holdBlocks, maxOpen, noQuorumBurnBps }) => [
    [`kinds.${kindName(kind)}.commit_blocks`, commitBlocks],
    [`kinds.${kindName(kind)}.hold_blocks`, holdBlocks],
    [`kinds.${kindName(kind)}.max_open`, maxOpen],
    [`kinds.${kindName(kind)}.no_quorum_burn_bps`, noQuorumBurnBps],
  ]);
  const unattested = DEFAULT_PARAMS.unattestedKinds.map(kindName).join(", ");
  return { ...plain, ...Object.fromEntries(named), unattested_kinds: unattested || "none" };
}

describeReadme({ module, errors, limits, params: flattened(), tables, folder: import.meta.dirname });
