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
import { QueryPendingRequest, QueryPendingResponse } from "../proto/gen/openledger/inference/v1.ts";
import { QueryModelsRequest, QueryModelsResponse } from "../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes, type MessageCodec } from "../proto/runtime.ts";
import type { AppClient } from "./app/client.ts";
import type { BlobId } from "./blobs/index.ts";

const PAGE = 100;

/** Blobs that the chain's state refers to: contributions, snapshots, models, and inputs of unanswered requests. */
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
    const pending = await this.#ask("inference", "Pending", [QueryPendingRequest, QueryPendingResponse], {
      model: "",
      limit: PAGE * 10,
    });
    for (const request of pending.requests) add(request.inputBlob);
    this.#ids = found;
  }

  async #datanets(add: (hash: Uint8Array) => void): Promise<void> {
    for (let after = ""; ; ) {
      const codecs = [QueryDataNetsRequest, QueryDataNetsResponse] as const;
      const { datanets } = await this.#ask("datanet", "DataNets", codecs, { startAfter: after, limit: PAGE });
      for (const { id, window } of datanets) {
        for (let w = 0; w <= window; w++) await this.#contributions(id, w, add);
        await this.#snapshots(id, add);
      }
      if (datanets.length < PAGE) return;
      after = datanets.at(-1)?.id ?? "";
    }
  }

  async #snapshots(datanet: string, add: (hash: Uint8Array) => void): Promise<void> {
    for (let window = 0; ; ) {
      const codecs = [QuerySnapshotsRequest, QuerySnapshotsResponse] as const;
      const request = { datanet, startWindow: window, limit: PAGE };
      const { snapshots } = await this.#ask("datanet", "Snapshots", codecs, request);
      for (const { blob } of snapshots) add(blob);
      if (snapshots.length < PAGE) return;
      window = (snapshots.at(-1)?.window ?? 0) + 1;
    }
  }

  async #contributions(datanet: string, window: number, add: (hash: Uint8Array) => void): Promise<void> {
    for (let seq = 0; ; ) {
      const codecs = [QueryContributionsRequest, QueryContributionsResponse] as const;
      const request = { datanet, window, startSeq: seq, limit: PAGE };
      const { contributions } = await this.#ask("datanet", "Contributions", codecs, request);
      for (const { blob } of contributions) add(blob);
      if (contributions.length < PAGE) return;
      seq = (contributions.at(-1)?.seq ?? 0) + 1;
    }
  }

  async #models(add: (hash: Uint8Array | undefined) => void): Promise<void> {
    for (let after = ""; ; ) {
      const codecs = [QueryModelsRequest, QueryModelsResponse] as const;
      const { models } = await this.#ask("modelregistry", "Models", codecs, { startAfter: after, limit: PAGE });
      for (const { manifestBlob, weightsBlob, index } of models) {
        for (const hash of [manifestBlob, weightsBlob, index?.headerBlob, index?.rowsBlob, index?.inverseBlob])
          add(hash);
      }
      if (models.length < PAGE) return;
      after = models.at(-1)?.id ?? "";
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
