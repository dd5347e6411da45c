"use strict";
// Finds the Node.js that package.json pins (dependency `node`), so that every validator runs the same engine
// whatever the host has installed, and re-executes a program under it. Plain CommonJS: runs on any Node >= 18.
const { spawn } = require("node:child_process");
const path = require("node:path");
const { constants } = require("node:os");

const ENGINE_FLAGS = ["--disable-warning=ExperimentalWarning"];

function pinnedNode() {
  try {
    const root = path.dirname(require.resolve("node/package.json"));
    const exe = path.join(root, "bin", process.platform === "win32" ? "node.exe" : "node");
    require("node:fs").accessSync(exe);
    return exe;
  } catch {
    const major = Number(process.versions.node.split(".")[0]);
    if (major >= 24) return process.execPath;
    process.stderr.write("error: the pinned Node.js 24 is missing; run `npm ci` in the project folder\n");
    process.exit(70);
  }
}

function run(args) {
  const child = spawn(pinnedNode(), [...ENGINE_FLAGS, ...args], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`error: cannot start ${args[0]}: ${error.message}\n`);
    process.exit(70);
  });
  child.on("exit", (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)));
}

module.exports = { run };
