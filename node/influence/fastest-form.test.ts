import { expect, test } from "vitest";
import { fastestForm } from "./fastest-form.ts";
import { dotForms } from "./kernel/row-dots.ts";

test("is a form that this machine has, and stays", () => {
  const form = fastestForm();
  expect(dotForms()).toContain(form);
  expect(fastestForm()).toBe(form);
});
