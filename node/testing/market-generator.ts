import { fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { inputCommitment, requestId } from "../../modules/inference/ids.ts";
import { InferenceInput, MsgRequestInference } from "../../proto/gen/openledger/inference/v1.ts";
import { MsgRegisterIndex, MsgRegisterModel, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { encodeLog } from "../factory/job/index.ts";
import type { GenerationRequest } from "../generator/index.ts";
import { type TinyBase, type TinyGenerator, tinyGenerator } from "../generator/testing/tiny.ts";
import { snapshotSource, sourceRows } from "../jobs/index.ts";
import { splitRows } from "../pipeline/training-rows.ts";
import type { TestMarket } from "./market.ts";
import { message } from "./sender.ts";

const SALT = new Uint8Array(16).fill(6);

/** An adapter of the base for the trained rows of an accepted snapshot, with its index. */
export async function makeGenerator(market: TestMarket, base: TinyBase, snapshot: string): Promise<TinyGenerator> {
  const source = await snapshotSource(snapshot, { ask: market.rpc.ask, blobs: market.rpc });
  const { training, heldOut } = splitRows([source]);
  const rows = training.map(({ text, contribution, item, entry }) => ({ text, contribution, item, entry }));
  const judges = heldOut.map(({ text }) => text);
  return tinyGenerator(base, [sourceRows(source)], rows, judges);
}

/** Uploads a generator, its training's states included, and registers it with its index. */
export async function registerGenerator(market: TestMarket, id: string, generator: TinyGenerator): Promise<void> {
  const maker = market.sender("maker");
  const upload = async (bytes: Uint8Array) => fromHex(await maker.upload(market.rpc.url, bytes));
  const { manifest, blobs, result, states, index } = generator;
  for (const state of states) await upload(state);
  const graphHash = sha256(blobs.graph);
  await maker.send(
    message(MsgRegisterModel, {
      ...{ owner: maker.address, id, task: Task.TASK_GENERATE, encoder: "graph:tiny", encoderHash: graphHash },
      ...{ snapshots: manifest.sources.map(({ snapshot }) => snapshot), labels: [] },
      ...{ manifestHash: sha256(blobs.manifest), manifestBlob: await upload(blobs.manifest) },
      ...{ weightsHash: result.hash, weightsBlob: await upload(blobs.weights) },
      ...{ baseBlob: await upload(blobs.graph), tokenizerBlob: await upload(blobs.tokenizer) },
      ...{ checkpointsRoot: result.logRoot, checkpointsBlob: await upload(encodeLog(result.log)) },
      ...{ priceRequest: "100000", priceToken: "1000", licence: "CC0-1.0" },
    }),
  );
  await maker.send(
    message(MsgRegisterIndex, {
      ...{ owner: maker.address, model: id, root: index.indexRoot, rows: index.header.rows },
      headerBlob: await upload(index.headerBytes),
      rowsBlob: await upload(index.rows),
      inverseBlob: await upload(index.basis),
    }),
  );
}

/** Uploads inputs and requests their continuation; `first` is the requester's counter. The requests' ids. */
export async function requestGenerations(
  market: TestMarket,
  model: string,
  asked: readonly GenerationRequest[],
  first = 0n,
): Promise<string[]> {
  const user = market.sender("user");
  const fields = { requester: user.address, model };
  const inputs = [];
  for (const { text, ...generation } of asked) {
    const blob = await user.upload(market.rpc.url, encodeBytes(InferenceInput, { salt: SALT, text, ...generation }));
    inputs.push({ inputCommitment: inputCommitment(SALT, text, generation), inputBlob: fromHex(blob) });
  }
  await user.send(...inputs.map((input) => message(MsgRequestInference, { ...fields, ...input, maxFee: "1000000" })));
  return inputs.map(({ inputCommitment: commitment }, i) =>
    requestId({ ...fields, inputCommitment: commitment, counter: first + BigInt(i) }),
  );
}
