import protobuf from "protobufjs/minimal.js";

/** A protobuf field as its number and value: numbers are varints, lists of fields are messages. */
export type RawField = readonly [number: number, value: number | string | Uint8Array | { f32: number } | RawMessage];
export type RawMessage = readonly RawField[];

function write(w: protobuf.Writer, fields: RawMessage): protobuf.Writer {
  for (const [number, value] of fields) {
    if (typeof value === "number") w.uint32(number << 3).int64(value);
    else if (typeof value === "string") w.uint32((number << 3) | 2).string(value);
    else if (value instanceof Uint8Array) w.uint32((number << 3) | 2).bytes(value);
    else if ("f32" in value) w.uint32((number << 3) | 5).float(value.f32);
    else write(w.uint32((number << 3) | 2).fork(), value).ldelim();
  }
  return w;
}

export function rawBytes(fields: RawMessage): Uint8Array {
  return Uint8Array.from(write(protobuf.Writer.create(), fields).finish());
}

/** NodeProto with integer, list and text attributes. */
export function rawNode(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: {
    domain?: string;
    name?: string;
    attributes?: Readonly<Record<string, number | readonly number[] | string>>;
  } = {},
): RawField {
  const attributes = Object.entries(more.attributes ?? {}).map(([name, value]): RawField => {
    if (typeof value === "number")
      return [
        5,
        [
          [1, name],
          [3, value],
          [20, 2],
        ],
      ];
    if (typeof value === "string")
      return [
        5,
        [
          [1, name],
          [4, value],
          [20, 3],
        ],
      ];
    return [5, [[1, name], ...value.map((v): RawField => [8, v]), [20, 7]]];
  });
  const ports: RawField[] = [...inputs.map((i): RawField => [1, i]), ...outputs.map((o): RawField => [2, o])];
  return [1, [...ports, [3, more.name ?? ""], [4, op], ...attributes, [7, more.domain ?? ""]]];
}

/** ValueInfoProto of a tensor: field 11 is an input, 12 an output. */
export function rawValue(field: 11 | 12, name: string, dims: readonly (number | string)[], type = 1): RawField {
  const shape = dims.map((d): RawField => [1, [[typeof d === "number" ? 1 : 2, d]]]);
  return [
    field,
    [
      [1, name],
      [
        2,
        [
          [
            1,
            [
              [1, type],
              [2, shape],
            ],
          ],
        ],
      ],
    ],
  ];
}

/** ModelProto of a graph's fields. */
export function rawModel(graph: RawMessage, opset = 21, more: RawMessage = []): Uint8Array {
  return rawBytes([
    [1, 10],
    [7, [[2, "raw"], ...graph]],
    [
      8,
      [
        [1, ""],
        [2, opset],
      ],
    ],
    ...more,
  ]);
}
