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
  const named = DEFAULT_PARAMS.kinds.flatMap((terms) => [
    [`kinds.${kindName(terms.kind)}.commit_blocks`, terms.commitBlocks],
    [`kinds.${kindName(terms.kind)}.hold_blocks`, terms.holdBlocks],
    [`kinds.${kindName(terms.kind)}.max_open`, terms.maxOpen],
    [`kinds.${kindName(terms.kind)}.no_quorum_burn_bps`, terms.noQuorumBurnBps],
    [`kinds.${kindName(terms.kind)}.attest_fee`, terms.attestFee || "0"],
  ]);
  const unattested = DEFAULT_PARAMS.unattestedKinds.map(kindName).join(", ");
  return { ...plain, ...Object.fromEntries(named), unattested_kinds: unattested || "none" };
}

describeReadme({ module, errors, limits, params: flattened(), tables, folder: import.meta.dirname });
