import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { jobId, jobSubject, parseJobSubject, resultPayloadHash } from "./ids.ts";
import { hashOf } from "./testing/world.ts";

const JOB = "ab".repeat(32);

describe("the subject of a job's claim", () => {
  test("names job and dispute, and comes back", () => {
    expect(parseJobSubject(jobSubject(JOB))).toEqual({ job: JOB, dispute: 0 });
    expect(parseJobSubject(jobSubject(JOB, 12))).toEqual({ job: JOB, dispute: 12 });
  });

  test("is nothing that a model could be called", () => {
    for (const text of ["greeter", "job", `job/${JOB}/0`, `job/${JOB}/`, `job/${JOB}/1/2`, `job/${JOB.slice(1)}`, ""]) {
      expect(parseJobSubject(utf8Bytes(text)), text).toBeUndefined();
    }
  });
});

test("every field of a result is in its payload hash", () => {
  const result = {
    job: JOB,
    manifestHash: hashOf("m"),
    steps: 7n,
    weightsHash: hashOf("w"),
    weightsBlob: hashOf("wb"),
    logRoot: hashOf("l"),
    logBlob: hashOf("lb"),
  };
  const other = { job: "cd".repeat(32), steps: 8n };
  const hashes = Object.keys(result).map((key) => {
    const changed = key in other ? other[key as keyof typeof other] : hashOf("other");
    return toHex(resultPayloadHash({ ...result, [key]: changed }));
  });
  expect(new Set([...hashes, toHex(resultPayloadHash(result))]).size).toBe(8);
});

test("ids depend on requester, manifest and counter", () => {
  const fields = { requester: "open1a", manifestHash: hashOf("m"), counter: 0n };
  const ids = [{}, { requester: "open1b" }, { manifestHash: hashOf("n") }, { counter: 1n }].map((change) =>
    jobId({ ...fields, ...change }),
  );
  expect(new Set(ids).size).toBe(4);
});
