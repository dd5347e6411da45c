import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError } from "../codec/errors.ts";
import {
  addMs,
  compareTime,
  fromMs,
  fromNanos,
  fromRfc3339,
  isZeroTime,
  MAX_SECONDS,
  type Timestamp,
  toMs,
  toNanos,
  toRfc3339,
  ZERO_TIME,
} from "./time.ts";

fc.configureGlobal({ seed: 7 });

const anyTime: fc.Arbitrary<Timestamp> = fc.record({
  seconds: fc.bigInt({ min: ZERO_TIME.seconds, max: MAX_SECONDS }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});

describe("time", () => {
  test("text is Go's RFC 3339 with nanoseconds: no trailing zeros", () => {
    expect(toRfc3339({ seconds: 1_684_332_768n, nanos: 347_696_215 })).toBe("2023-05-17T14:12:48.347696215Z");
    expect(toRfc3339({ seconds: 1_600_101_234n, nanos: 211_914_210 })).toBe("2020-09-14T16:33:54.21191421Z");
    expect(toRfc3339({ seconds: 1n, nanos: 0 })).toBe("1970-01-01T00:00:01Z");
    expect(toRfc3339(ZERO_TIME)).toBe("0001-01-01T00:00:00Z");
    expect(toRfc3339({ seconds: MAX_SECONDS, nanos: 999_999_999 })).toBe("9999-12-31T23:59:59.999999999Z");
    expect(toRfc3339({ seconds: -1n, nanos: 1 })).toBe("1969-12-31T23:59:59.000000001Z");
  });

  test("text and instant are inverses, and agree with the platform's calendar", () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        expect(fromRfc3339(toRfc3339(time))).toEqual(time);
        const platform = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
        expect(toRfc3339(time).slice(0, 19)).toBe(platform);
      }),
    );
  });

  test("offsets are applied", () => {
    expect(fromRfc3339("2020-01-01T02:30:00+02:30")).toEqual(fromRfc3339("2020-01-01T00:00:00Z"));
    expect(fromRfc3339("2019-12-31T23:00:00.5-01:00")).toEqual({ seconds: 1_577_836_800n, nanos: 500_000_000 });
  });

  test.each([
    "2021-02-29T00:00:00Z",
    "2020-13-01T00:00:00Z",
    "2020-00-01T00:00:00Z",
    "2020-04-31T00:00:00Z",
    "2020-01-01T24:00:00Z",
    "2020-01-01T00:60:00Z",
    "0000-01-01T00:00:00Z",
    "2020-01-01T00:00:00+24:00",
    "2020-01-01 00:00:00Z",
    "2020-01-01T00:00:00.1234567890Z",
    "2020-01-01T00:00:00",
    "",
  ])("%s is refused", (text) => {
    expect(() => fromRfc3339(text)).toThrow(CodecError);
  });

  test("nanoseconds, milliseconds and order are exact on both sides of 1970", () => {
    fc.assert(
      fc.property(anyTime, anyTime, (a, b) => {
        expect(fromNanos(toNanos(a))).toEqual(a);
        expect(compareTime(a, b)).toBe(toNanos(a) < toNanos(b) ? -1 : toNanos(a) > toNanos(b) ? 1 : 0);
      }),
    );
    expect(addMs({ seconds: 0n, nanos: 0 }, -1)).toEqual({ seconds: -1n, nanos: 999_000_000 });
    expect(addMs(fromMs(1500), 500)).toEqual({ seconds: 2n, nanos: 0 });
    expect(toMs(fromMs(-1))).toBe(-1);
    expect([isZeroTime(ZERO_TIME), isZeroTime(fromMs(0))]).toEqual([true, false]);
  });
});
