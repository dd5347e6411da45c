import { P2pError, reasonOf } from "./errors.ts";

/** Turns libp2p's listen failure into an error that says which address failed and what to do. */
export function explainListenError(error: unknown): P2pError {
  const reason = reasonOf(error);
  const taken = /EADDRINUSE[^\n]*?((?:\d+\.){3}\d+|[0-9a-f:]*:)?:(\d+)\b/.exec(reason);
  if (taken) {
    const port = taken[2];
    return new P2pError("port-in-use", `p2p port ${port} is already in use`, {
      nextStep: `Stop the program that uses it (\`lsof -i :${port}\` shows it; maybe this node already runs), or set another p2p listen address`,
      cause: error,
    });
  }
  const denied = /EACCES|EPERM/.test(reason);
  const absent = /EADDRNOTAVAIL/.test(reason);
  const nextStep = denied
    ? "Choose a port above 1023"
    : absent
      ? "Listen on an address of this machine, or on 0.0.0.0"
      : "Check the p2p listen address in the configuration";
  return new P2pError("listen-failed", `can't listen for peers: ${reason.split("\n")[0]}`, { nextStep, cause: error });
}
