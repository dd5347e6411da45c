import { type Command, Option } from "commander";
import type { Field } from "../../proto/runtime.ts";
import { fromJson, type MessageCodec } from "../../proto/runtime.ts";
import { usageError } from "../errors.ts";
import { kebab } from "./services.ts";

/** Options of every command (cli/options.ts), which would take a field's value: such a field is --field-NAME. */
const TAKEN: readonly string[] = ["home", "node", "output", "keyring-backend"];

/** A field's option, without dashes. */
function optionName(field: Field): string {
  const name = kebab(field.json);
  return TAKEN.includes(name) ? `field-${name}` : name;
}

/** Adds one option a field; lists take commas, bytes hex, messages JSON. */
export function addFieldOptions(command: Command, fields: readonly Field[], except: string | undefined): void {
  for (const field of fields) {
    if (field.name === except) continue;
    const flag = `--${optionName(field)}`;
    const option =
      field.type === "bool" && !field.repeated ? new Option(flag) : new Option(`${flag} <${placeholder(field)}>`);
    command.addOption(option.hideHelp(false));
  }
}

function placeholder(field: Field): string {
  if (field.repeated) return `${field.type === "message" ? "json" : field.type},...`;
  if (field.type === "enum")
    return Object.keys(field.enum ?? {})
      .map(shortEnum(field))
      .join("|");
  return field.type === "message" ? "json" : field.type === "bytes" ? "hex" : field.type;
}

/** Enum values without their common prefix: CLAIM_KIND_RESULT -> result. */
function shortEnum(field: Field): (name: string) => string {
  const names = Object.keys(field.enum ?? {});
  const prefix = commonPrefix(names);
  return (name) => name.slice(prefix.length).toLowerCase();
}

function commonPrefix(names: readonly string[]): string {
  let prefix = names[0] ?? "";
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.slice(0, prefix.lastIndexOf("_") + 1);
}

/** A message from option values (strings as typed). Throws CliError `usage` that names the option. */
export function messageFromOptions(
  codec: MessageCodec<object>,
  options: Readonly<Record<string, unknown>>,
  preset: Readonly<Record<string, string>> = {},
): object {
  const json: Record<string, unknown> = { ...preset };
  for (const field of codec.fields) {
    const given = options[camel(optionName(field))];
    if (given === undefined) continue;
    json[field.json] = field.repeated ? listOf(field, String(given)) : fieldValue(field, given);
  }
  try {
    return fromJson(codec, json);
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function listOf(field: Field, text: string): unknown {
  if (field.type === "message") return parseJson(field, text);
  return text === "" ? [] : text.split(",").map((entry) => fieldValue(field, entry));
}

function fieldValue(field: Field, given: unknown): unknown {
  const text = String(given);
  if (field.type === "bytes") return hexToBase64(field, text);
  if (field.type === "message") return parseJson(field, text);
  if (field.type === "enum") {
    const short = shortEnum(field);
    return Object.keys(field.enum ?? {}).find((name) => name === text || short(name) === text.toLowerCase()) ?? text;
  }
  if (field.type === "bool") return given === true || text === "true";
  const small = ["int32", "sint32", "uint32", "fixed32", "sfixed32"].includes(field.type);
  return small ? Number(text) : text;
}

function hexToBase64(field: Field, text: string): string {
  const hex = text.replace(/^0x/, "");
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex))
    throw usageError(`--${optionName(field)} is not hex: ${text.slice(0, 40)}`);
  return Buffer.from(hex, "hex").toString("base64");
}

function parseJson(field: Field, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`--${optionName(field)} is not JSON: ${(error as Error).message}`);
  }
}

/** commander's property name of an option. */
function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
