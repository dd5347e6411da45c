import { Msg as AttributionMsg, Query as AttributionQuery } from "../../proto/gen/openledger/attribution/v1.ts";
import { Msg as CurationMsg, Query as CurationQuery } from "../../proto/gen/openledger/curation/v1.ts";
import { Msg as DatanetMsg, Query as DatanetQuery } from "../../proto/gen/openledger/datanet/v1.ts";
import { Msg as DisputeMsg, Query as DisputeQuery } from "../../proto/gen/openledger/dispute/v1.ts";
import { Msg as FinetuneMsg, Query as FinetuneQuery } from "../../proto/gen/openledger/finetune/v1.ts";
import { Msg as InferenceMsg, Query as InferenceQuery } from "../../proto/gen/openledger/inference/v1.ts";
import { Msg as ModelMsg, Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { Msg as RewardsMsg, Query as RewardsQuery } from "../../proto/gen/openledger/rewards/v1.ts";
import type { MessageCodec, ServiceMethod } from "../../proto/runtime.ts";

export type Method = ServiceMethod<object, object> & { readonly path: string };
export type Service = Readonly<Record<string, Method>>;

export interface ModuleServices {
  readonly module: string;
  readonly about: string;
  readonly messages: Service;
  readonly queries: Service;
}

const service = (table: unknown): Service => table as Service;

/** The modules whose commands are made from their protobuf services. */
export const MODULES: readonly ModuleServices[] = [
  {
    module: "datanet",
    about: "DataNets, contributions, snapshots",
    messages: service(DatanetMsg),
    queries: service(DatanetQuery),
  },
  {
    module: "curation",
    about: "curators and their verdicts",
    messages: service(CurationMsg),
    queries: service(CurationQuery),
  },
  {
    module: "modelregistry",
    about: "models, lineage, indexes",
    messages: service(ModelMsg),
    queries: service(ModelQuery),
  },
  {
    module: "attribution",
    about: "claims, attestations, beacon, influence",
    messages: service(AttributionMsg),
    queries: service(AttributionQuery),
  },
  {
    module: "dispute",
    about: "challenges of claims, down to one step",
    messages: service(DisputeMsg),
    queries: service(DisputeQuery),
  },
  {
    module: "inference",
    about: "paid requests and results",
    messages: service(InferenceMsg),
    queries: service(InferenceQuery),
  },
  {
    module: "rewards",
    about: "fee splits and claims of rewards",
    messages: service(RewardsMsg),
    queries: service(RewardsQuery),
  },
  {
    module: "finetune",
    about: "training jobs with escrow",
    messages: service(FinetuneMsg),
    queries: service(FinetuneQuery),
  },
];

export type AnyMessage = MessageCodec<object>;

/** `CommitContribution` -> `commit-contribution`. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/_/g, "-")
    .toLowerCase();
}
