import { expect, test } from "vitest";
import { CliError, describeError, EXIT } from "./errors.ts";

const named = (name: string, message: string, fields: object = {}) =>
  Object.assign(new Error(message), { name, ...fields });

test.each([
  ["a file that is not there", named("Error", "ENOENT: no such file", { code: "ENOENT", path: "a.bin" }), 9],
  ["an exported encoder that is not there", named("EncoderError", "a is no file", { code: "missing" }), 9],
  ["another refusal of an encoder", named("EncoderError", "bad", { code: "bad-graph" }), 1],
  ["what the chain does not know", named("RpcError", "/a/B: rpc error: code = NotFound desc = no request"), 9],
  ["a request that cannot be explained", named("ExplainError", "gone", { code: "not_found" }), 9],
  ["a node that is down", new TypeError("fetch failed"), EXIT.unreachable],
  ["an error with an exit code of its own", new CliError(EXIT.inUse, "in use", "stop it"), EXIT.inUse],
  ["anything else", new Error("odd"), EXIT.failure],
])("exit code of %s", (_what, error, code) => {
  expect(describeError(error).exitCode).toBe(code);
});

test("a file that is not there is named without the system's words", () => {
  const error = named("Error", "ENOENT: no such file or directory, open 'a.bin'", { code: "ENOENT", path: "a.bin" });
  expect(describeError(error).text).toBe("a.bin does not exist");
});

test("the next step stands below what happened, once", () => {
  expect(describeError(new CliError(EXIT.usage, "no", "do this")).text).toBe("no\n  do this");
  expect(describeError(new CliError(EXIT.usage, "no: do this", "do this")).text).toBe("no: do this");
});
