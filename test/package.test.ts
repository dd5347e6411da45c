import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "openledger-pack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const npm = (cwd: string, ...args: string[]) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test("the packed package installs elsewhere, runs, and gives wallets its registry", { timeout: 600_000 }, () => {
  npm(ROOT, "pack", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  expect(tarball).toBeDefined();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "elsewhere", private: true, type: "module" }));
  writeFileSync(join(folder, ".npmrc"), "onnxruntime-node-install=skip\n");
  npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`);

  const version = execFileSync(join(folder, "node_modules", ".bin", "openledgerd"), ["version"], { encoding: "utf8" });
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", join(folder, tarball as string), "package/package.json"], { encoding: "utf8" }),
  );
  expect(version.trim()).toBe(manifest.version);

  const script =
    'import { createRegistry } from "openledger"; console.log(createRegistry().lookupType("/openledger.rewards.v1.MsgClaimRewards") !== undefined);';
  writeFileSync(join(folder, "wallet.mjs"), script);
  expect(execFileSync(process.execPath, ["wallet.mjs"], { cwd: folder, encoding: "utf8" }).trim()).toBe("true");
});
