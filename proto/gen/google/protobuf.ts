// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../runtime.ts";

export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}
export const Duration: MessageCodec<Duration> = message<Duration>("google.protobuf.Duration", () => [
  { no: 1, name: "seconds", json: "seconds", type: "int64" },
  { no: 2, name: "nanos", json: "nanos", type: "int32" },
]);

/** An instant since 1970-01-01T00:00:00Z. Ours rather than cosmjs-types', for its bounds-checked and canonical decoding. */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
}
export const Timestamp: MessageCodec<Timestamp> = message<Timestamp>("google.protobuf.Timestamp", () => [
  { no: 1, name: "seconds", json: "seconds", type: "int64" },
  { no: 2, name: "nanos", json: "nanos", type: "int32" },
]);

/** Scalars as messages: the leaves of the header hash. */
export interface StringValue {
  readonly value: string;
}
export const StringValue: MessageCodec<StringValue> = message<StringValue>("google.protobuf.StringValue", () => [
  { no: 1, name: "value", json: "value", type: "string" },
]);

export interface Int64Value {
  readonly value: bigint;
}
export const Int64Value: MessageCodec<Int64Value> = message<Int64Value>("google.protobuf.Int64Value", () => [
  { no: 1, name: "value", json: "value", type: "int64" },
]);

export interface BytesValue {
  readonly value: Uint8Array;
}
export const BytesValue: MessageCodec<BytesValue> = message<BytesValue>("google.protobuf.BytesValue", () => [
  { no: 1, name: "value", json: "value", type: "bytes" },
]);
