import { InvalidArgumentError } from "commander";
import { toHex } from "../../chain/crypto/bytes.ts";
import { usageError } from "../errors.ts";

// Values of the options of `openledgerd job`.

/** Throws CliError `usage`. */
export function jobIdOf(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw usageError(`${text} is not a job id`, "64 hex digits, see `openledgerd job list --output json`");
}

/** Id of a claim or a dispute. Throws CliError `usage`. */
export function claimIdOf(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw usageError(`${text} is not an id`, "64 hex digits, see --output json of the command that shows it");
}

export function amount(text: string): string {
  if (/^[1-9]\d{0,18}$/.test(text)) return text;
  throw new InvalidArgumentError("an amount in uopen, a whole number above 0");
}

export function natural(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number above 0");
}

export function real(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("a number from 0");
}

export function hash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError(`64 hex digits, as ${toHex(new Uint8Array(4))}...`);
}
