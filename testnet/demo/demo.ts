import { join } from "node:path";
import type { Progress } from "../../cli/work/progress.ts";
import { DemoError } from "./errors.ts";
import type { DemoOptions } from "./options.ts";
import { type Processes, type Service, tailOf } from "./processes.ts";
import { Rpc } from "./rpc.ts";

/** What `testnet init --output json` says. */
export interface Manifest {
  readonly chainId: string;
  readonly nodes: readonly {
    readonly moniker: string;
    readonly home: string;
    readonly rpc: string;
    readonly validator: boolean;
  }[];
  readonly accounts: readonly { readonly name: string; readonly address: string; readonly mnemonic: string }[];
}

/** One running demo: its folder, its processes, and the stage it is in. */
export class Demo {
  readonly options: DemoOptions;
  readonly dir: string;
  readonly processes: Processes;
  readonly progress: Progress;
  readonly seconds: Record<string, number> = {};
  readonly #services: Service[] = [];
  /** Validators that a network of four does without for a while: their loss is noted, and they are started again at the end. */
  readonly #spare = new Set<string>();
  readonly lost = new Set<string>();
  #stage = "start";
  #manifest: Manifest | undefined;

  constructor(
    options: DemoOptions,
    dir: string,
    ports: { readonly processes: Processes; readonly progress: Progress },
  ) {
    this.options = options;
    this.dir = dir;
    this.processes = ports.processes;
    this.progress = ports.progress;
  }

  /** Where the network's homes and keys are: also the home of every command. */
  get networkDir(): string {
    return join(this.dir, "network");
  }

  get manifest(): Manifest {
    if (!this.#manifest) throw new Error("the network is not made yet");
    return this.#manifest;
  }

  /** The first validator that runs. */
  get rpc(): Rpc {
    const validators = this.manifest.nodes.filter(({ validator }) => validator);
    const node = validators.find(({ moniker }) => !this.lost.has(moniker)) ?? validators[0];
    return new Rpc(node?.rpc ?? "");
  }

  /** From here on the demo goes on when a validator ends. */
  useNetwork(manifest: Manifest): void {
    this.#manifest = manifest;
    for (const { moniker, validator } of manifest.nodes) if (validator) this.#spare.add(moniker);
  }

  address(name: string): string {
    const account = this.manifest.accounts.find((known) => known.name === name);
    if (!account) throw new Error(`no account ${name}`);
    return account.address;
  }

  file(name: string): string {
    return join(this.dir, name);
  }

  /** Runs one stage, times it, and says where it failed. */
  async stage<T>(name: string, title: string, work: () => Promise<T>): Promise<T> {
    this.#stage = name;
    this.progress.note(`\n== ${title}`);
    const start = performance.now();
    try {
      const value = await work();
      this.checkServices();
      return value;
    } catch (error) {
      if (error instanceof DemoError) throw error;
      this.checkServices(error as Error);
      throw new DemoError(name, (error as Error).message, "", { cause: error });
    } finally {
      const seconds = (performance.now() - start) / 1000;
      this.seconds[name] = Math.round(10 * seconds) / 10;
      this.progress.note(`   ${name}: ${this.seconds[name]} s`);
    }
  }

  /** Throws DemoError when a process that should run has ended; a spare one is noted and left out. */
  checkServices(cause?: Error): void {
    for (const service of [...this.#services]) {
      const { name, log, exitCode } = service;
      if (exitCode() === undefined) continue;
      const message = `${name} ended with exit code ${exitCode()}${cause ? ` (${cause.message})` : ""}`;
      if (!this.#spare.has(name)) throw new DemoError(this.#stage, message, tailOf(log), { cause });
      this.progress.note(`   ${message}: going on without it`);
      this.lost.add(name);
      this.#services.splice(this.#services.indexOf(service), 1);
    }
  }

  /** Runs an `openledgerd` command against the first validator and returns its answer. */
  async cli<T>(...args: readonly string[]): Promise<T> {
    if (this.#manifest) this.checkServices();
    const node = this.#manifest ? ["--node", this.rpc.url] : [];
    const common = ["--home", this.networkDir, "--keyring-backend", "test", "--output", "json", ...node];
    const { code, stdout, stderr } = await this.processes.run([...args, ...common]);
    const command = `openledgerd ${args.slice(0, 2).join(" ")}`;
    if (code !== 0) throw new DemoError(this.#stage, `${command} failed with exit code ${code}`, stderr);
    try {
      return JSON.parse(stdout) as T;
    } catch (error) {
      throw new DemoError(this.#stage, `${command} printed no JSON`, `${stdout.slice(0, 500)}\n${stderr}`, {
        cause: error,
      });
    }
  }

  /** Runs a process until the end of the demo. */
  serve(name: string, args: readonly string[]): Service {
    const service = this.processes.start(name, args);
    this.#services.push(service);
    this.lost.delete(name);
    return service;
  }

  /** Stops a process that `serve` started. */
  async end(service: Service): Promise<void> {
    this.#services.splice(this.#services.indexOf(service), 1);
    await service.stop();
  }
}
