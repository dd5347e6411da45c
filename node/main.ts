import type { ChainState } from "../chain/execution/chain-state.ts";
import type { Log } from "../chain/ports.ts";
import type { AppClient } from "./app/client.ts";
import { openAppWorker } from "./app/worker-client.ts";
import { type AttestationFault, openAttestation } from "./attest/open.ts";
import type { AttestationPort } from "./attest/port.ts";
import { Backend } from "./backend.ts";
import { type CommittedBlock, Executor } from "./chain/executor.ts";
import type { NodeConfig } from "./config/config.ts";
import { loadConfig } from "./config/parse.ts";
import { ConsensusService } from "./consensus/service.ts";
import { loadSignState, signStateFile } from "./consensus/sign-state-file.ts";
import { WalFile } from "./consensus/wal-file.ts";
import { LevelBlocks } from "./disk/level-blocks.ts";
import { chainParameters, type LoadedGenesis, loadGenesis } from "./genesis-file.ts";
import { lockHome } from "./home/lock.ts";
import { type HomePaths, homePaths } from "./home/paths.ts";
import { TxIndex } from "./index/index.ts";
import { loadSeed } from "./keys/seed-file.ts";
import { loadValidatorKey, signerOf, type ValidatorKey } from "./keys/validator-key.ts";
import { createLog } from "./log.ts";
import { MempoolService } from "./mempool/service.ts";
import { openBlobs } from "./open-blobs.ts";
import { openNetwork } from "./open-network.ts";
import type { NodeLog } from "./p2p/index.ts";
import { createRpcServer } from "./rpc/index.ts";
import { SerialQueue } from "./serial-queue.ts";
import { BlockSync } from "./sync/block-sync.ts";
import { packageVersion } from "./version.ts";

export interface FaultOptions {
  /** Skips the verifier's computation and guesses its sketches: for tests of the network's defence. */
  readonly guess?: AttestationFault;
  /** Exits as by kill -9 at a named point: between the fsync of an own vote and its publication. */
  readonly crashAt?: "before-publish";
}

export interface NodeOptions {
  readonly home: string;
  readonly fault?: FaultOptions;
}

export interface RunningNode {
  readonly backend: Backend;
  readonly rpcUrl: string;
  readonly config: NodeConfig;
  /** Resolves when the node stopped by itself, with the reason. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts every service of a node on its home. Throws NodeError with what to do; nothing is left running then. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const paths = homePaths(options.home);
  const config = loadConfig(paths.config);
  const loaded = loadGenesis(paths.genesis);
  const cleanup: (() => Promise<void> | void)[] = [lockHome(paths.lock)];
  const stop = async () => {
    const failures: unknown[] = [];
    // One service that fails to stop must not keep databases open and the home locked.
    for (const undo of cleanup.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return { ...(await start({ options, paths, config, loaded, cleanup })), config, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

interface Startup {
  readonly options: NodeOptions;
  readonly paths: HomePaths;
  readonly config: NodeConfig;
  readonly loaded: LoadedGenesis;
  /** Undone in reverse order on stop. */
  readonly cleanup: (() => Promise<void> | void)[];
}

async function start(startup: Startup): Promise<Pick<RunningNode, "backend" | "rpcUrl" | "failed">> {
  const { options, paths, config, loaded, cleanup } = startup;
  const { genesis } = loaded;
  const log = createLog(config.log);
  const failure = Promise.withResolvers<Error>();
  const fatal = (error: Error) => failure.resolve(error);

  const key = loadValidatorKey(paths.validatorKey);
  const app = await openApplication(startup, log);
  cleanup.push(() => app.close());
  void app.fatal.then(fatal);
  const blocks = await LevelBlocks.open(paths.blocks);
  cleanup.push(() => blocks.close());
  const late: Late = {};
  const beforeCommit = () => late.mempool?.hold();
  const executor = await Executor.open({ app, blocks, genesis, genesisHash: loaded.hash, beforeCommit });
  log.info({ height: executor.state.lastHeight, chain: genesis.chainId }, "state loaded");

  const network = await openNetwork(
    { config, genesis: loaded, seed: loadSeed(paths.nodeKey) },
    {
      log,
      blocks,
      checkTxs: (txs) => mempool.receive(txs),
      checkOpenings: async (items) =>
        Promise.all(
          items.map(async (item) => (await late.attest?.onOpening(item)) ?? { action: "ignore", code: "starting" }),
        ),
    },
  );
  const mempool = new MempoolService(
    { ...config.mempool, seenTxs: config.mempool.maxTxs * 4 },
    { app, publish: (tx) => network.txs.publish(tx), republish: (tx) => network.txs.republish(tx) },
  );
  late.mempool = mempool;
  const store = await openBlobs({ config, genesis, dir: paths.blobs }, { app, network, log });
  const attest = await openAttestation(
    { config, paths, chainId: genesis.chainId, key, guess: options.fault?.guess },
    { app, blobs: store.transfer, publish: (envelope) => network.openings.republish(envelope), log, fatal },
  );
  late.attest = attest;

  const applying = new SerialQueue();
  const committed = async (block: CommittedBlock) => {
    await mempool.committed(block.block.txs);
    late.backend?.announce(block);
    attest.onBlock(block);
    log.info({ height: block.block.header.height, txs: block.block.txs.length }, "block");
  };
  const consensus = consensusOf(startup, {
    executor,
    blocks,
    app,
    network,
    applying,
    log,
    committed,
    fatal,
    key,
    source: {
      transactions: (maxBytes) => proposalTxs(attest, mempool, maxBytes, executor.state.params.block.maxGas),
      extension: (height) => attest.extensionFor(height),
    },
  });
  const sync = new BlockSync({ network, executor, applying, log, committed, moved: () => consensus.moved(), fatal });
  const backend = new Backend({
    genesis,
    moniker: config.moniker,
    app,
    blocks,
    executor,
    mempool,
    network,
    consensus,
    sync,
    attest,
    blobs: store.http,
    key,
  });
  late.backend = backend;
  const index = await TxIndex.open(paths.index, { backend, log });
  cleanup.push(() => index.close());
  const rpc = createRpcServer(
    { listen: config.rpc.listen, corsOrigins: config.rpc.corsOrigins },
    { backend, index, log },
  );

  await consensus.check();
  await network.start();
  cleanup.push(() => network.stop());
  await store.start();
  cleanup.push(() => store.stop());
  await attest.start();
  cleanup.push(() => attest.stop());
  const { url } = await rpc.start();
  cleanup.push(() => rpc.stop());
  cleanup.push(() => consensus.stop());
  sync.start();
  cleanup.push(() => sync.stop());
  const first = needsOthers(executor.state, key) ? sync.met : Promise.resolve();
  void first.then(() => consensus.start()).catch(fatal);
  log.info({ rpc: url, peer: network.host.peerId, validator: key !== undefined }, "node started");
  return { backend, rpcUrl: url, failed: failure.promise };
}

/**
 * A validator that can't decide alone loses nothing when it first hears where the chain stands. Its home may be an old
 * copy, whose sign state would let it contradict what the key signed since.
 */
function needsOthers({ validators }: ChainState, key: ValidatorKey | undefined): boolean {
  const power = (key && validators.get(validators.indexOf(key.address))?.power) ?? 0;
  return power > 0 && 3 * power <= 2 * validators.totalPower;
}

/** Services refer to each other; what is made first reaches the others through these once all are made. */
interface Late {
  mempool?: MempoolService;
  attest?: AttestationPort;
  backend?: Backend;
}

async function openApplication({ paths, config, loaded }: Startup, log: NodeLog): Promise<AppClient> {
  const { genesis } = loaded;
  const { prefix, feeDenom } = chainParameters(genesis);
  return openAppWorker(
    {
      path: paths.app,
      chainId: genesis.chainId,
      prefix,
      feeDenom,
      initialHeight: genesis.initialHeight,
      extensionsFrom: genesis.consensusParams.abci.voteExtensionsEnableHeight,
      minGasPrices: [`${config.minGasPrice}${feeDenom}`],
      version: packageVersion(),
    },
    messageFirst(log),
  );
}

type ConsensusParts = Omit<
  ConstructorParameters<typeof ConsensusService>[1],
  "wal" | "signState" | "storedSignState" | "signer"
> & { readonly key: ValidatorKey | undefined };

function consensusOf({ options, paths, config, loaded, cleanup }: Startup, parts: ConsensusParts): ConsensusService {
  const { key, ...ports } = parts;
  const wal = new WalFile(paths.wal);
  cleanup.push(() => wal.close());
  return new ConsensusService(
    { chainId: loaded.genesis.chainId, timeouts: config.consensus },
    {
      ...ports,
      wal,
      signState: signStateFile(paths.signState, options.fault?.crashAt === "before-publish"),
      storedSignState: loadSignState(paths.signState),
      signer: key && signerOf(loaded.genesis.chainId, key),
    },
  );
}

/** Openings first: they have deadlines. The application keeps what is valid and fits. */
function proposalTxs(attest: AttestationPort, mempool: MempoolService, maxBytes: number, maxGas: number): Uint8Array[] {
  const candidate = attest.candidate(Math.floor(maxBytes / 2));
  return [...(candidate ? [candidate] : []), ...mempool.reap(maxBytes - (candidate?.length ?? 0), maxGas)];
}

function messageFirst(log: NodeLog): Log {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
