import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../chain/crypto/bytes.ts";
import {
  QueryContributionsRequest,
  QueryContributionsResponse,
  QueryDataNetsRequest,
  QueryDataNetsResponse,
  QuerySnapshotsRequest,
  QuerySnapshotsResponse,
} from "../proto/gen/openledger/datanet/v1.ts";
import { JobStatus, QueryJobsRequest, QueryJobsResponse } from "../proto/gen/openledger/finetune/v1.ts";
import { QueryRequestsRequest, QueryRequestsResponse, RequestStatus } from "../proto/gen/openledger/inference/v1.ts";
import { QueryModelsRequest, QueryModelsResponse } from "../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes, type MessageCodec } from "../proto/runtime.ts";
import type { AppClient } from "./app/client.ts";
import type { BlobId } from "./blobs/index.ts";

const PAGE = 100;

/** Requests whose input a host or a validator may still need. */
const OPEN_REQUESTS = [RequestStatus.REQUEST_STATUS_PENDING, RequestStatus.REQUEST_STATUS_CLAIMED] as const;

/** Jobs whose result nobody needs: without one, or found wrong. */
const DEAD_JOBS: ReadonlySet<JobStatus> = new Set([
  JobStatus.JOB_STATUS_REJECTED,
  JobStatus.JOB_STATUS_EXPIRED,
  JobStatus.JOB_STATUS_LATE,
  JobStatus.JOB_STATUS_CANCELLED,
]);

/** Blobs that the chain's state refers to: contributions, snapshots, models, jobs, and inputs of unsettled requests. */
export class BlobReferences {
  readonly #app: AppClient;
  #ids: ReadonlySet<BlobId> = new Set();

  constructor(app: AppClient) {
    this.#app = app;
  }

  has(id: BlobId): boolean {
    return this.#ids.has(id);
  }

  /** Reads all references anew. */
  async refresh(): Promise<void> {
    const found = new Set<BlobId>();
    const add = (hash: Uint8Array | undefined) => {
      if (hash && hash.length > 0) found.add(toHex(hash));
    };
    await this.#datanets(add);
    await this.#models(add);
    await this.#jobs(add);
    for (const status of OPEN_REQUESTS) await this.#requests(status, add);
    this.#ids = found;
  }

  async #datanets(add: (hash: Uint8Array) => void): Promise<void> {
    for (let after = ""; ; ) {
      const codecs = [QueryDataNetsRequest, QueryDataNetsResponse] as const;
      const { datanets } = await this.#ask("datanet", "DataNets", codecs, { startAfter: after, limit: PAGE });
      for (const { id } of datanets) {
        await this.#contributions(id, add);
        await this.#snapshots(id, add);
      }
      if (datanets.length < PAGE) return;
      after = datanets.at(-1)?.id ?? "";
    }
  }

  /** One answer: the query has no pages. */
  async #snapshots(datanet: string, add: (hash: Uint8Array) => void): Promise<void> {
    const codecs = [QuerySnapshotsRequest, QuerySnapshotsResponse] as const;
    const { snapshots } = await this.#ask("datanet", "Snapshots", codecs, { datanet });
    for (const { blob } of snapshots) add(blob);
  }

  /** Of all windows. */
  async #contributions(datanet: string, add: (hash: Uint8Array) => void): Promise<void> {
    for (let startSeq = 0; ; ) {
      const codecs = [QueryContributionsRequest, QueryContributionsResponse] as const;
      const request = { datanet, window: 0, startSeq, limit: PAGE };
      const { contributions } = await this.#ask("datanet", "Contributions", codecs, request);
      for (const { blob } of contributions) add(blob);
      if (contributions.length < PAGE) return;
      startSeq = (contributions.at(-1)?.seq ?? 0) + 1;
    }
  }

  async #requests(status: RequestStatus, add: (hash: Uint8Array) => void): Promise<void> {
    for (let startAfter = ""; ; ) {
      const codecs = [QueryRequestsRequest, QueryRequestsResponse] as const;
      const { requests } = await this.#ask("inference", "Requests", codecs, { status, startAfter, limit: PAGE });
      for (const { inputBlob } of requests) add(inputBlob);
      if (requests.length < PAGE) return;
      startAfter = requests.at(-1)?.id ?? "";
    }
  }

  async #models(add: (hash: Uint8Array | undefined) => void): Promise<void> {
    for (let after = ""; ; ) {
      const codecs = [QueryModelsRequest, QueryModelsResponse] as const;
      const { models } = await this.#ask("modelregistry", "Models", codecs, { startAfter: after, limit: PAGE });
      for (const { manifestBlob, weightsBlob, index, ...model } of models) {
        for (const hash of [manifestBlob, weightsBlob, index?.headerBlob, index?.rowsBlob, index?.inverseBlob])
          add(hash);
        for (const hash of [model.encoderBlob, model.tokenizerBlob, model.baseBlob, model.checkpointsBlob]) add(hash);
      }
      if (models.length < PAGE) return;
      after = models.at(-1)?.id ?? "";
    }
  }

  async #jobs(add: (hash: Uint8Array | undefined) => void): Promise<void> {
    for (let startAfter = ""; ; ) {
      const codecs = [QueryJobsRequest, QueryJobsResponse] as const;
      const request = QueryJobsRequest.fromPartial({ startAfter, limit: PAGE });
      const { jobs } = await this.#ask("finetune", "Jobs", codecs, request);
      for (const { manifestBlob, baseBlobs, result } of jobs.filter((job) => !DEAD_JOBS.has(job.status))) {
        for (const hash of [manifestBlob, ...baseBlobs, result?.weightsBlob, result?.logBlob]) add(hash);
      }
      if (jobs.length < PAGE) return;
      startAfter = jobs.at(-1)?.id ?? "";
    }
  }

  async #ask<Q, R>(
    module: string,
    method: string,
    [request, response]: readonly [MessageCodec<Q>, MessageCodec<R>],
    message: Q,
  ): Promise<R> {
    const path = `/openledger.${module}.v1.Query/${method}`;
    const answer = await this.#app.query(RequestQuery.fromPartial({ path, data: encodeBytes(request, message) }));
    if (answer.code !== 0) throw new Error(`${path}: ${answer.log}`);
    return response.decode(answer.value);
  }
}
