import { describe, expect, test } from "vitest";
import { AppError, defineErrors, sdkErrors, toAppError } from "./errors.ts";

describe("defineErrors", () => {
  test("makes errors with codespace, code, details and the status of a query", () => {
    const errors = defineErrors("birds", { full: 2, nestNotFound: 3 });
    const error = errors.nestNotFound("no nest", { tree: "oak" });
    expect(error).toMatchObject({
      codespace: "birds",
      code: 3,
      message: "no nest",
      details: { tree: "oak" },
      status: "NotFound",
    });
    expect(errors.full("full").status).toBe("InvalidArgument");
  });

  test("refuses codes that are reserved or repeated", () => {
    expect(() => defineErrors("birds", { a: 1 })).toThrow("code 1 of a is reserved or repeated");
    expect(() => defineErrors("birds", { a: 2, b: 2 })).toThrow("code 2 of b is reserved or repeated");
  });
});

test("a bug becomes one code without its text, so that no stack reaches a result", () => {
  expect(toAppError(new TypeError("secret"))).toMatchObject({
    codespace: "undefined",
    code: 111_222,
    message: "recovered: TypeError",
  });
  expect(toAppError(undefined).message).toBe("recovered: unknown");
  const own = sdkErrors.notFound("x");
  expect(toAppError(own)).toBe(own);
  expect(own).toBeInstanceOf(AppError);
});
