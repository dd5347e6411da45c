import type protobuf from "protobufjs";
import type { Declaration, PackageSource } from "./load.ts";
import { Names } from "./names.ts";

const HEADER = "// Generated from the .proto files by `npm run proto`. Do not edit.\n";

type Of<K extends Declaration["kind"]> = Extract<Declaration, { kind: K }>;

/** TypeScript of one package: enums, messages (interface and codec), then service tables. */
export function emitPackage(source: PackageSource): string {
  const names = new Names(source);
  const bodies = [
    ...ofKind(source, "enum").map(emitEnum),
    ...ofKind(source, "message").map((declaration) => emitMessage(declaration, names)),
    ...ofKind(source, "service").map((declaration) => emitService(declaration, names)),
  ];
  return `${[HEADER + names.imports(), ...bodies].join("\n")}`;
}

function ofKind<K extends Declaration["kind"]>(source: PackageSource, kind: K): Of<K>[] {
  return source.declarations.filter((declaration): declaration is Of<K> => declaration.kind === kind);
}

function doc(comment: string | null | undefined, indent = ""): string {
  if (!comment) return "";
  const lines = comment
    .replaceAll("*/", "* /")
    .split("\n")
    .map((line) => line.trim());
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

function emitEnum({ name, object }: Of<"enum">): string {
  const rows = Object.entries(object.values).map(
    ([key, value]) => `${doc(object.comments[key], "  ")}  ${key}: ${value},\n`,
  );
  const table = `${doc(object.comment)}export const ${name} = {\n${rows.join("")}} as const;\n`;
  return `${table}export type ${name} = (typeof ${name})[keyof typeof ${name}];\n`;
}

export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

const SCALAR_TYPES: Readonly<Record<string, string>> = {
  bool: "boolean",
  bytes: "Uint8Array",
  string: "string",
  int32: "number",
  sint32: "number",
  uint32: "number",
  fixed32: "number",
  sfixed32: "number",
  int64: "bigint",
  sint64: "bigint",
  uint64: "bigint",
  fixed64: "bigint",
  sfixed64: "bigint",
  double: "number",
  float: "number",
};

interface FieldView {
  readonly field: protobuf.Field;
  readonly kind: "scalar" | "enum" | "message";
  readonly type: string;
  readonly optional: boolean;
  /** Name of a real oneof; proto3 `optional` is a synthetic one. */
  readonly oneof: string | undefined;
  readonly codec: string | undefined;
}

function viewOf(field: protobuf.Field, message: protobuf.Type, names: Names): FieldView {
  if (field.map) throw new Error(`${field.fullName}: maps have no order and are not supported`);
  const optional = field.options?.proto3_optional === true;
  const oneof = optional ? undefined : field.partOf?.name;
  const scalar = SCALAR_TYPES[field.type];
  if (scalar) return { field, kind: "scalar", type: scalar, optional, oneof, codec: undefined };
  const { kind, type, codec } = names.reference(field.type, message);
  return { field, kind, type, optional, oneof, codec };
}

function emitMessage({ name, object }: Of<"message">, names: Names): string {
  const views = [...object.fieldsArray].sort((a, b) => a.id - b.id).map((field) => viewOf(field, object, names));
  const members = views.map((view) => doc(view.field.comment, "  ") + emitMember(view)).join("");
  const body = members === "" ? "" : `\n${members}`;
  const rows = views.map((view) => `  ${emitField(view)},\n`).join("");
  const list = rows === "" ? "[]" : `[\n${rows}]`;
  const typeName = object.fullName.slice(1);
  return (
    `${doc(object.comment)}export interface ${name} {${body}}\n` +
    `export const ${name}: MessageCodec<${name}> = message<${name}>("${typeName}", () => ${list});\n`
  );
}

function emitMember({ field, kind, type, optional, oneof }: FieldView): string {
  const key = camelCase(field.name);
  if (field.repeated) return `  readonly ${key}: readonly ${type}[];\n`;
  if (optional || oneof) return `  readonly ${key}?: ${type} | undefined;\n`;
  return `  readonly ${key}: ${type}${kind === "message" ? " | undefined" : ""};\n`;
}

function emitField({ field, kind, optional, oneof, codec, type }: FieldView): string {
  const parts = [`no: ${field.id}`, `name: "${camelCase(field.name)}"`, `json: "${field.name}"`];
  parts.push(`type: "${kind === "scalar" ? field.type : kind}"`);
  if (kind === "enum") parts.push(`enum: ${type}`);
  if (kind === "message") parts.push(`message: () => ${codec}`);
  if (field.repeated) parts.push("repeated: true");
  if (optional) parts.push("optional: true");
  if (oneof) parts.push(`oneof: "${oneof}"`);
  return `{ ${parts.join(", ")} }`;
}

function emitService({ name, object }: Of<"service">, names: Names): string {
  const path = object.fullName.slice(1);
  const rows = object.methodsArray.map((method) => {
    const request = names.reference(method.requestType, object).codec;
    const response = names.reference(method.responseType, object).codec;
    return (
      doc(method.comment, "  ") +
      `  ${method.name}: { path: "/${path}/${method.name}", request: ${request}, response: ${response} },\n`
    );
  });
  return `${doc(object.comment)}export const ${name} = {\n${rows.join("")}} as const;\n`;
}
