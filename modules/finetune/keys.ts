import {
  index,
  indexedMap,
  item,
  map,
  numberKey,
  pair,
  protoValue,
  rawStringKey,
  stringKey,
  stringValue,
  uint32Key,
} from "../../chain/store/collections.ts";
import { Checkpoint, Counter, Job, JobPayees, Params, Totals } from "../../proto/gen/openledger/finetune/v1.ts";
import { isWaiting } from "./status.ts";

/** Module, store and module account: it holds prices and bonds. */
export const FINETUNE = "finetune";

export const byStatus = index<number, string, Job>(2, { reference: uint32Key, key: rawStringKey }, (_, job) => [
  job.status,
]);

export const byRequester = index<string, string, Job>(3, { reference: stringKey, key: rawStringKey }, (_, job) => [
  job.requester,
]);

export const byTrainer = index<string, string, Job>(4, { reference: stringKey, key: rawStringKey }, (_, job) =>
  job.trainer === "" ? [] : [job.trainer],
);

/** Jobs that something happens to at a height unless somebody acts, by that height. */
export const due = index<number, string, Job>(5, { reference: numberKey, key: rawStringKey }, (_, job) =>
  isWaiting(job) ? [Number(job.due)] : [],
);

export const jobAndStep = pair(stringKey, numberKey);

export const tables = {
  params: item(0, protoValue(Params)),
  jobs: indexedMap({ prefix: 1, key: rawStringKey, value: protoValue(Job) }, [byStatus, byRequester, byTrainer, due]),
  checkpoints: map(6, jobAndStep, protoValue(Checkpoint)),
  /** By job, while its price is held. */
  payees: map(7, rawStringKey, protoValue(JobPayees)),
  /** By requester. */
  counters: map(8, rawStringKey, protoValue(Counter)),
  totals: item(9, protoValue(Totals)),
  /** Model to the job that trained it. */
  models: map(10, rawStringKey, stringValue),
};
