import { type RequestQuery, ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { expect, test } from "vitest";
import { toHex } from "../chain/crypto/bytes.ts";
import {
  QueryContributionsRequest,
  QueryContributionsResponse,
  QueryDataNetsResponse,
  QuerySnapshotsResponse,
} from "../proto/gen/openledger/datanet/v1.ts";
import { JobStatus, QueryJobsRequest, QueryJobsResponse } from "../proto/gen/openledger/finetune/v1.ts";
import { QueryRequestsRequest, QueryRequestsResponse, RequestStatus } from "../proto/gen/openledger/inference/v1.ts";
import { QueryModelsResponse } from "../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../proto/runtime.ts";
import type { AppClient } from "./app/client.ts";
import { BlobReferences } from "./blob-references.ts";

const COUNT = 250;
const all = Array.from({ length: COUNT }, (_, i) => i);
const padded = (i: number) => `r${String(i).padStart(4, "0")}`;

/** A blob id of its own for each kind and number. */
function blob(kind: number, i: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(kind);
  bytes[0] = i & 0xff;
  bytes[1] = i >> 8;
  return bytes;
}

/** Answers as the application does, in pages where it has them; counts the questions. */
function fakeApp(): { readonly app: AppClient; readonly asked: () => number } {
  let asked = 0;
  const handlers: Readonly<Record<string, (data: Uint8Array) => Uint8Array>> = {
    "datanet.v1.Query/DataNets": () =>
      encodeBytes(
        QueryDataNetsResponse,
        QueryDataNetsResponse.fromPartial({ datanets: [{ id: "net", window: COUNT }] }),
      ),
    "datanet.v1.Query/Contributions": (data) => {
      const { window, startSeq, limit } = QueryContributionsRequest.decode(data);
      const found = all.filter((seq) => seq >= startSeq && (window === 0 || seq === window)).slice(0, limit);
      const contributions = found.map((seq) => ({ id: padded(seq), seq, blob: blob(1, seq) }));
      return encodeBytes(QueryContributionsResponse, QueryContributionsResponse.fromPartial({ contributions }));
    },
    "datanet.v1.Query/Snapshots": () => {
      const snapshots = all.map((window) => ({ window, blob: blob(2, window) }));
      return encodeBytes(QuerySnapshotsResponse, QuerySnapshotsResponse.fromPartial({ snapshots }));
    },
    "modelregistry.v1.Query/Models": () => {
      const index = { headerBlob: blob(5, 0), rowsBlob: blob(5, 1), inverseBlob: blob(5, 2) };
      const parts = { encoderBlob: blob(5, 5), tokenizerBlob: blob(5, 6), baseBlob: blob(5, 7) };
      const log = { checkpointsBlob: blob(5, 8) };
      const models = [{ id: "m", manifestBlob: blob(5, 3), weightsBlob: blob(5, 4), index, ...parts, ...log }];
      return encodeBytes(QueryModelsResponse, QueryModelsResponse.fromPartial({ models }));
    },
    "finetune.v1.Query/Jobs": (data) => {
      const { startAfter, limit } = QueryJobsRequest.decode(data);
      const found = all.filter((i) => padded(i) > startAfter).slice(0, limit);
      const { JOB_STATUS_PAID, JOB_STATUS_REJECTED } = JobStatus;
      const jobs = found.map((i) => ({
        id: padded(i),
        status: i % 2 === 0 ? JOB_STATUS_PAID : JOB_STATUS_REJECTED,
        manifestBlob: blob(20, i),
        result: { weightsBlob: blob(21, i), logBlob: blob(22, i) },
      }));
      return encodeBytes(QueryJobsResponse, QueryJobsResponse.fromPartial({ jobs }));
    },
    "inference.v1.Query/Requests": (data) => {
      const { status, startAfter, limit } = QueryRequestsRequest.decode(data);
      const found = all.filter((i) => padded(i) > startAfter).slice(0, limit);
      const requests = found.map((i) => ({ id: padded(i), inputBlob: blob(10 + status, i) }));
      return encodeBytes(QueryRequestsResponse, QueryRequestsResponse.fromPartial({ requests }));
    },
  };
  const query = async ({ path, data }: RequestQuery) => {
    asked++;
    const handler = handlers[path.replace("/openledger.", "")];
    if (!handler) throw new Error(`unexpected ${path}`);
    return ResponseQuery.fromPartial({ value: handler(data) });
  };
  return { app: { query } as unknown as AppClient, asked: () => asked };
}

test("everything that the chain refers to is found, whatever the pages, in few questions", async () => {
  const { app, asked } = fakeApp();
  const references = new BlobReferences(app);
  await references.refresh();
  const { REQUEST_STATUS_PENDING, REQUEST_STATUS_CLAIMED, REQUEST_STATUS_SETTLED } = RequestStatus;
  for (const kind of [1, 2, 10 + REQUEST_STATUS_PENDING, 10 + REQUEST_STATUS_CLAIMED]) {
    expect(
      all.filter((i) => !references.has(toHex(blob(kind, i)))),
      `kind ${kind}`,
    ).toEqual([]);
  }
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 8]) expect(references.has(toHex(blob(5, i)))).toBe(true);
  for (const kind of [20, 21, 22]) {
    expect(all.filter((i) => references.has(toHex(blob(kind, i))) !== (i % 2 === 0))).toEqual([]);
  }
  expect(references.has(toHex(blob(10 + REQUEST_STATUS_SETTLED, 0)))).toBe(false);
  expect(asked()).toBeLessThan(18);
});

test("a refused question keeps what was known", async () => {
  const { app } = fakeApp();
  let refuse = false;
  const query = (request: RequestQuery) =>
    refuse ? Promise.resolve(ResponseQuery.fromPartial({ code: 26, log: "pruned" })) : app.query(request);
  const references = new BlobReferences({ query } as unknown as AppClient);
  await references.refresh();
  refuse = true;
  await expect(references.refresh()).rejects.toThrow("pruned");
  expect(references.has(toHex(blob(1, 7)))).toBe(true);
});
