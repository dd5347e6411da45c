import { clientOver } from "./calls.ts";
import { type AppClient, AppHostError } from "./client.ts";
import { AppHost, type HostPorts } from "./host.ts";

/** The application in the caller's own thread, over the same bytes as the worker: for tests and simulation. */
export function inlineClient(ports: HostPorts): AppClient {
  const host = new AppHost(ports);
  let closed = false;
  const { promise: fatal, resolve } = Promise.withResolvers<AppHostError>();
  const transport = async (...[call, body]: Parameters<AppHost["call"]>) => {
    if (closed) throw new AppHostError("closed", `${call} came after close`);
    try {
      return await host.call(call, body);
    } catch (error) {
      if (error instanceof AppHostError && error.code === "crashed") resolve(error);
      throw error;
    }
  };
  return clientOver(transport, {
    fatal,
    close: async () => {
      closed = true;
    },
  });
}
