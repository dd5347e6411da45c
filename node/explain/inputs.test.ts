import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { Query as AttributionQuery, Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as DatanetQuery, Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";
import { Query as InferenceQuery, Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { Model, Query as ModelQuery, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { Params, Query as RewardsQuery, Settlement } from "../../proto/gen/openledger/rewards/v1.ts";
import type { Ask } from "../attest/ask.ts";
import { BlobError } from "../blobs/index.ts";
import { gatherInputs } from "./inputs.ts";

const blob = (byte: number) => new Uint8Array(32).fill(byte);
const [INPUT, TABLE, WEIGHTS, HEADER, ROWS, INVERSE] = [1, 2, 3, 4, 5, 6].map(blob) as Six;
type Six = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

const model = Model.fromPartial({
  ...{ id: "m", task: Task.TASK_CLASSIFY, weightsBlob: WEIGHTS, snapshots: ["a/1", "b/1"] },
  index: { headerBlob: HEADER, rowsBlob: ROWS, inverseBlob: INVERSE },
});
const settled = Request.fromPartial({
  ...{ id: "r", model: "m", inputBlob: INPUT, status: RequestStatus.REQUEST_STATUS_SETTLED },
});

/** A node that answers every round of questions at once, and counts the rounds. */
function node(request = settled, missing?: Uint8Array) {
  const answers = new Map<string, object>([
    [InferenceQuery.Request.path, { request }],
    [AttributionQuery.Claim.path, { claim: Claim.fromPartial({}) }],
    [RewardsQuery.Settlement.path, { settlement: Settlement.fromPartial({}) }],
    [RewardsQuery.Params.path, { params: Params.fromPartial({}) }],
    [ModelQuery.Model.path, { model }],
  ]);
  let rounds = 0;
  let round: Promise<void> | undefined;
  const answered = () => {
    round ??= tick().then(() => {
      rounds++;
      round = undefined;
    });
    return round;
  };
  const ask = (async ({ path }: { path: string }, query: { id: string }) => {
    await answered();
    if (path === DatanetQuery.Snapshot.path) return { snapshot: Snapshot.fromPartial({ id: query.id, blob: TABLE }) };
    return answers.get(path);
  }) as unknown as Ask;
  const blobs = {
    async blob(id: string) {
      await answered();
      if (missing && id === toHex(missing)) throw new BlobError("missing", `blob ${id}`);
      return Uint8Array.of(Number.parseInt(id.slice(0, 2), 16));
    },
  };
  return { sources: { ask, blobs }, rounds: () => rounds };
}

describe("gatherInputs", () => {
  test("default: everything in its place, in few round trips", async () => {
    const { sources, rounds } = node();
    const inputs = await gatherInputs("r", sources);
    expect(inputs.input).toEqual(Uint8Array.of(1));
    expect(inputs.snapshots.map(({ snapshot, table }) => [snapshot.id, table[0]])).toEqual([
      ...[
        ["a/1", 2],
        ["b/1", 2],
      ],
    ]);
    expect("blobs" in inputs && inputs.blobs).toEqual({
      ...{ model: Uint8Array.of(3), indexHeader: Uint8Array.of(4), rows: Uint8Array.of(5), inverse: Uint8Array.of(6) },
      encoder: undefined,
    });
    expect(rounds()).toBe(5);
  });

  test("behavior: what was not settled, or has a blob that nobody has, is said by name", async () => {
    const pending = Request.fromPartial({ ...settled, status: RequestStatus.REQUEST_STATUS_CLAIMED });
    await expect(gatherInputs("r", node(pending).sources)).rejects.toMatchObject({ code: "not_settled" });
    await expect(gatherInputs("r", node(settled, ROWS).sources)).rejects.toThrow(toHex(ROWS));
  });
});
