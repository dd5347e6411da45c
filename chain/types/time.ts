import { CodecError } from "../codec/errors.ts";

/**
 * An instant: `seconds` since 1970-01-01T00:00:00Z (may be negative) and `nanos` in 0..999,999,999.
 * Both fields are plain data, so times compare and encode exactly; block times carry nanoseconds.
 */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** 0001-01-01T00:00:00Z, Go's zero time: what absent commit signatures and a nil header carry on the wire. */
export const ZERO_TIME: Timestamp = { seconds: -62_135_596_800n, nanos: 0 };

/** 9999-12-31T23:59:59Z, the last second that protobuf's Timestamp and RFC 3339 can express. */
export const MAX_SECONDS = 253_402_300_799n;

const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MS = 1_000_000n;

export function compareTime(a: Timestamp, b: Timestamp): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return Math.sign(a.nanos - b.nanos);
}

/** Nanoseconds since 1970, negative before. */
export function toNanos(time: Timestamp): bigint {
  return time.seconds * NANOS_PER_SECOND + BigInt(time.nanos);
}

export function fromNanos(nanos: bigint): Timestamp {
  let rest = nanos % NANOS_PER_SECOND;
  if (rest < 0n) rest += NANOS_PER_SECOND;
  return { seconds: (nanos - rest) / NANOS_PER_SECOND, nanos: Number(rest) };
}

/** The instant `ms` whole milliseconds later (earlier when negative). */
export function addMs(time: Timestamp, ms: number): Timestamp {
  return fromNanos(toNanos(time) + BigInt(ms) * NANOS_PER_MS);
}

export function fromMs(ms: number): Timestamp {
  return fromNanos(BigInt(ms) * NANOS_PER_MS);
}

/** Milliseconds since 1970, rounded down. */
export function toMs(time: Timestamp): number {
  return Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}

export function isZeroTime(time: Timestamp): boolean {
  return time.seconds === ZERO_TIME.seconds && time.nanos === 0;
}

// Proleptic Gregorian calendar by integer arithmetic (days from civil, era of 400 years), since Date is a clock.
const DAYS_PER_ERA = 146_097;
const DAYS_TO_EPOCH = 719_468;

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + DAYS_TO_EPOCH;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const ofEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * DAYS_PER_ERA + ofEra - DAYS_TO_EPOCH;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** RFC 3339 with nanoseconds as Go prints them: trailing zeros of the fraction dropped, always `Z`. */
export function toRfc3339(time: Timestamp): string {
  const total = Number(time.seconds);
  const days = Math.floor(total / 86_400);
  const ofDay = total - days * 86_400;
  const { year, month, day } = civilFromDays(days);
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map((n) => pad(n, 2)).join(":");
  const fraction = time.nanos === 0 ? "" : `.${pad(time.nanos, 9).replace(/0+$/, "")}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${fraction}Z`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Instant of RFC 3339 text with at most nine digits of fraction. Throws CodecError `malformed` or `out_of_range`. */
export function fromRfc3339(text: string, path = "time"): Timestamp {
  const match = RFC3339.exec(text);
  if (!match) throw new CodecError("malformed", path, `not an RFC 3339 time: ${JSON.stringify(text.slice(0, 40))}`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = daysFromCivil(year, month, day);
  const date = civilFromDays(days);
  if (date.month !== month || date.day !== day || hour > 23 || minute > 59 || second > 59 || year === 0) {
    throw new CodecError("out_of_range", path, `no such time: ${text}`);
  }
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds(match[8] as string, path);
  return { seconds: BigInt(seconds), nanos: Number((match[7] ?? "").padEnd(9, "0")) };
}

function offsetSeconds(zone: string, path: string): number {
  if (zone === "Z") return 0;
  const [hours, minutes] = zone.slice(1).split(":").map(Number) as [number, number];
  if (hours > 23 || minutes > 59) throw new CodecError("out_of_range", path, `no such time zone: ${zone}`);
  return (zone[0] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}
