import { IndexError } from "../errors.ts";
import { MAX_CONDITIONS, MAX_QUERY_LENGTH } from "../limits.ts";
import { type Decimal, wholeDecimal } from "./decimal.ts";

// CometBFT's event query language, the part that wallets and explorers use:
//   query     = condition *( "AND" condition )
//   condition = key "EXISTS" | key "CONTAINS" text | key "=" (text | number) | key ("<" | "<=" | ">" | ">=") number
//   text      = "'" *(any character but "'") "'"

export type Comparison = "<" | "<=" | ">" | ">=";

export type Condition =
  | { readonly key: string; readonly op: "exists" }
  | { readonly key: string; readonly op: "contains"; readonly text: string }
  | { readonly key: string; readonly op: "text"; readonly text: string }
  | { readonly key: string; readonly op: "number"; readonly number: Decimal }
  | { readonly key: string; readonly op: Comparison; readonly number: Decimal };

/** Conditions that must all hold. */
export type Query = readonly Condition[];

type TokenKind = "text" | "operator" | "word";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the query, from 0. */
  readonly at: number;
}

const TOKEN = /\s*(?:'([^']*)'|(<=|>=|<|>|=)|([^\s'<>=]+))/y;

/** Parses a query. Throws IndexError `bad_query` that says where and what was expected. */
export function parseQuery(text: string): Query {
  if (text.length > MAX_QUERY_LENGTH) {
    throw new IndexError(
      "bad_query",
      `query of ${text.length} characters: maximum query length is ${MAX_QUERY_LENGTH}`,
    );
  }
  const tokens = tokenize(text);
  const conditions: Condition[] = [];
  let next = 0;
  const take = (): Token | undefined => tokens[next++];
  do {
    conditions.push(condition(take, text.length));
  } while (and(take()));
  if (conditions.length > MAX_CONDITIONS) throw refuse(0, `${conditions.length} conditions, at most ${MAX_CONDITIONS}`);
  return conditions;
}

function and(token: Token | undefined): boolean {
  if (!token) return false;
  if (token.kind === "word" && token.text === "AND") return true;
  throw refuse(token.at, `got ${shown(token)}, wanted AND or the end`);
}

function condition(take: () => Token | undefined, end: number): Condition {
  const key = take();
  if (key?.kind !== "word") throw refuse(key?.at ?? end, `got ${shown(key)}, wanted a key such as message.sender`);
  const operator = take();
  if (operator?.kind === "word" && operator.text === "EXISTS") return { key: key.text, op: "exists" };
  if (operator?.kind === "word" && operator.text === "CONTAINS") {
    const operand = take();
    if (operand?.kind !== "text")
      throw refuse(operand?.at ?? end, `got ${shown(operand)}, wanted 'text' after CONTAINS`);
    return { key: key.text, op: "contains", text: operand.text };
  }
  if (operator?.kind !== "operator") {
    const wanted = "=, <, <=, >, >=, CONTAINS or EXISTS";
    throw refuse(operator?.at ?? end, `got ${shown(operator)}, wanted ${wanted} after ${key.text}`);
  }
  return comparison(key.text, operator.text as "=" | Comparison, take(), end);
}

function comparison(key: string, op: "=" | Comparison, operand: Token | undefined, end: number): Condition {
  const number = operand?.kind === "word" ? wholeDecimal(operand.text) : undefined;
  if (op === "=" && operand?.kind === "text") return { key, op: "text", text: operand.text };
  if (!number) {
    const wanted = op === "=" ? "a number or 'text'" : "a number";
    throw refuse(operand?.at ?? end, `got ${shown(operand)}, wanted ${wanted} after ${key} ${op}`);
  }
  return op === "=" ? { key, op: "number", number } : { key, op, number };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw refuse(at, "a quote is not closed");
    const [all, quoted, operator, word] = match;
    const start = at + all.length - all.trimStart().length;
    if (quoted !== undefined) tokens.push({ kind: "text", text: quoted, at: start });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, at: start });
    else tokens.push({ kind: "word", text: word as string, at: start });
  }
  return tokens;
}

function shown(token: Token | undefined): string {
  if (!token) return "the end";
  return token.kind === "text" ? `'${token.text}'` : token.text;
}

function refuse(at: number, reason: string): IndexError {
  return new IndexError("bad_query", `failed to parse query: offset ${at}: ${reason}`);
}
