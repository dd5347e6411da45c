import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { ONE } from "../../chain/math/fixed.ts";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  GenesisState,
  ModelStatus,
  MsgRegisterIndex,
  MsgRegisterIndexResponse,
  MsgRegisterModel,
  MsgRetireModel,
  MsgUpdatePrice,
  Params,
  Query,
  Task,
} from "../../proto/gen/openledger/modelregistry/v1.ts";
import { fromJson, type Partially } from "../../proto/runtime.ts";
import { createNet, curatedWindow, hashOf, NET, postSnapshot, registerCurators } from "../datanet/testing/story.ts";
import { account, FUNDS, json, World, type WorldGenesis } from "../datanet/testing/world.ts";
import { trainingPayloadHash } from "./ids.ts";
import { DEFAULT_PARAMS } from "./params.ts";

const SNAPSHOT = `${NET}/1`;
const MODEL = "bank-intents";

/** A world with one accepted snapshot of ten items in eight clusters. */
function trained(genesis: WorldGenesis = {}): World {
  const world = new World(genesis);
  createNet(world);
  registerCurators(world, ["fay", "gus", "hal"]);
  curatedWindow(world, ["one", "two"]);
  world.decide(postSnapshot(world, 10, { clusters: 8 }), "onAccepted", SNAPSHOT);
  return world;
}

function register(world: World, changes: Partially<MsgRegisterModel> = {}): void {
  const names = { owner: account("ivy"), id: MODEL, encoder: "hashed-ngram-512", licence: "MIT" };
  const hashes = { encoderHash: hashOf("e"), manifestHash: hashOf("m"), manifestBlob: hashOf("mb") };
  const weights = { weightsHash: hashOf("w"), weightsBlob: hashOf("wb") };
  const data = { snapshots: [SNAPSHOT], labels: ["loan", "card"], priceRequest: "1000", priceToken: "10" };
  world.send(MsgRegisterModel, { ...names, ...hashes, ...weights, ...data, ...changes });
}

function registerIndex(world: World, changes: Partially<MsgRegisterIndex> = {}): Uint8Array {
  const blobs = { headerBlob: hashOf("h"), rowsBlob: hashOf("r"), inverseBlob: hashOf("i") };
  const message = { owner: account("ivy"), model: MODEL, root: hashOf("root"), rows: 8, ...blobs, ...changes };
  return MsgRegisterIndexResponse.decode(world.send(MsgRegisterIndex, message)).indexClaimId;
}

const ONNX = { encoderBlob: hashOf("es"), tokenizerBlob: hashOf("t"), baseBlob: hashOf("g") };
const GENERATOR = { task: Task.TASK_GENERATE, labels: [], baseBlob: hashOf("g"), tokenizerBlob: hashOf("t") };

const query = (world: World) => world.query(Query.Model, { id: MODEL });

describe("registration", () => {
  test("posts an unattested training claim with a bond; fidelity is the parameter's", () => {
    const world = trained();
    register(world);
    const { model, trainingStatus, indexStatus } = query(world);
    expect(model).toMatchObject({ status: ModelStatus.MODEL_STATUS_REGISTERED, fidelity: ONE, index: undefined });
    expect(trainingStatus).toBe(ClaimStatus.CLAIM_STATUS_UNATTESTED);
    expect(indexStatus).toBe(ClaimStatus.CLAIM_STATUS_UNSPECIFIED);
    expect(world.balance("ivy")).toBe(FUNDS - 1_000_000n);
    expect(world.broken()).toEqual([]);
  });

  test("a model on an encoder graph and a generator keep their blobs, and their claims cover them", () => {
    const world = trained();
    register(world, ONNX);
    register(world, { id: "writer", ...GENERATOR, checkpointsRoot: hashOf("c"), checkpointsBlob: hashOf("cb") });
    expect(query(world).model).toMatchObject({ task: Task.TASK_CLASSIFY, ...ONNX });
    const writer = world.query(Query.Model, { id: "writer" }).model!;
    expect(writer).toMatchObject({ ...GENERATOR, checkpointsBlob: hashOf("cb") });
    const hash = toHex(trainingPayloadHash(writer));
    expect(toHex(trainingPayloadHash({ ...writer, tokenizerBlob: hashOf("u") }))).not.toBe(hash);
    expect(toHex(trainingPayloadHash({ ...writer, task: Task.TASK_CLASSIFY }))).not.toBe(hash);
    expect(world.broken()).toEqual([]);
  });

  test.each([
    ["a snapshot that does not exist", { snapshots: [`${NET}/2`] }, "no snapshot bank-questions/2"],
    ["a snapshot twice", { snapshots: [SNAPSHOT, SNAPSHOT] }, "a snapshot is listed twice"],
    ["no snapshot", { snapshots: [] }, "a model has 1 to 64 snapshots"],
    ["a broken snapshot id", { snapshots: ["x"] }, "not a snapshot id"],
    ["a foreign label", { labels: ["card", "boat"] }, 'label "boat" is none of the snapshots\' DataNets'],
    ["no label", { labels: [] }, "0 labels"],
    ["a bad id", { id: "No" }, "a model's id is 3 to 32"],
    ["a short hash", { weightsHash: new Uint8Array(20) }, "the weights hash has 20 bytes"],
    ["no encoder", { encoder: "" }, "the encoder has 0 bytes"],
    ["no price at all", { priceRequest: "0", priceToken: "0" }, "cannot both be 0"],
    [
      "an encoder without its graph",
      { encoderBlob: hashOf("es"), tokenizerBlob: hashOf("t") },
      "the base blob has 0 bytes",
    ],
    ["checkpoints without their log", { checkpointsRoot: hashOf("c") }, "the checkpoints blob has 0 bytes"],
    ["a generator with labels", { task: Task.TASK_GENERATE, ...ONNX }, "a generator has no labels"],
    ["a generator with an encoder", { ...GENERATOR, encoderBlob: hashOf("es") }, "a generator has no encoder blob"],
    ["a generator without a tokenizer", { ...GENERATOR, tokenizerBlob: new Uint8Array(0) }, "the tokenizer blob has 0"],
    ["a negative price", { priceToken: "-1" }, "not an amount"],
  ])("refuses %s", (_name, changes, message) => {
    const world = trained();
    expect(() => register(world, changes)).toThrow(message);
    expect(world.balance("ivy")).toBe(FUNDS);
  });

  test("waits for the held-out draw of its snapshots, and is indexed without what was drawn", () => {
    const world = new World();
    createNet(world);
    registerCurators(world, ["fay", "gus", "hal"]);
    curatedWindow(world, ["one", "two"]);
    world.decide(postSnapshot(world, 10, { clusters: 10, owners: [5, 5] }), "onAccepted", SNAPSHOT);
    for (const left of [3, 2, 1, 0]) {
      expect(() => register(world)).toThrow(`has its held-out draw at height ${world.height + left}`);
      world.endBlocks();
    }
    register(world);
    expect(() => registerIndex(world, { rows: 10 })).toThrow("each of the 9 clusters that are not held out, got 10");
    registerIndex(world, { rows: 9 });
    expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_SERVING);
    expect(world.broken()).toEqual([]);
  });

  test("refuses a pending snapshot, an id that is taken and more than the parameters allow", () => {
    const pending = new World();
    createNet(pending);
    registerCurators(pending, ["fay", "gus", "hal"]);
    curatedWindow(pending, ["one"]);
    postSnapshot(pending, 5);
    expect(() => register(pending)).toThrow("snapshot bank-questions/1 is not accepted");
    const world = trained({
      modelregistry: { params: json(Params, { ...DEFAULT_PARAMS, maxLabels: 2, maxSnapshots: 1 }) },
    });
    expect(() => register(world, { labels: ["card", "loan", "boat"] })).toThrow("3 labels, at most 2");
    expect(() => register(world, { snapshots: [SNAPSHOT, `${NET}/2`] })).toThrow("2 snapshots, at most 1");
    register(world);
    expect(() => register(world, { owner: account("joe") })).toThrow("model bank-intents exists already");
  });
});

describe("index", () => {
  test("has one row a cluster, its own claim, and makes the model serve", () => {
    const world = trained();
    register(world);
    expect(() => registerIndex(world, { rows: 10 })).toThrow(
      "a row for each of the 8 clusters that are not held out, got 10",
    );
    expect(() => registerIndex(world, { owner: account("joe") })).toThrow("belongs to");
    expect(() => registerIndex(world, { model: "other" })).toThrow('no model "other"');
    const claimId = registerIndex(world);
    const { model, indexStatus } = query(world);
    expect(model).toMatchObject({ status: ModelStatus.MODEL_STATUS_SERVING, index: { rows: 8, claimId } });
    expect(indexStatus).toBe(ClaimStatus.CLAIM_STATUS_UNATTESTED);
    expect(() => registerIndex(world)).toThrow("has its index already");
    expect(world.balance("ivy")).toBe(FUNDS - 2_000_000n);
    expect(world.broken()).toEqual([]);
  });
});

describe("attested claims", () => {
  const { CLAIM_STATUS_ACCEPTED, CLAIM_STATUS_NO_QUORUM, CLAIM_STATUS_OVERTURNED, CLAIM_STATUS_REJECTED } = ClaimStatus;
  const trainingOf = (world: World) => query(world).model?.trainingClaimId as Uint8Array;

  function registered(): World {
    const world = trained();
    world.attestModels = true;
    register(world);
    return world;
  }

  test("the model serves when training and index are both accepted, in either order", () => {
    for (const indexFirst of [true, false]) {
      const world = registered();
      const index = registerIndex(world);
      const ids = indexFirst ? [index, trainingOf(world)] : [trainingOf(world), index];
      expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_REGISTERED);
      world.decideModel(ids[0] as Uint8Array, CLAIM_STATUS_ACCEPTED, MODEL);
      expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_REGISTERED);
      world.decideModel(ids[1] as Uint8Array, CLAIM_STATUS_ACCEPTED, MODEL);
      expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_SERVING);
      expect(world.events("serve_model")).toHaveLength(1);
      expect(world.broken()).toEqual([]);
    }
  });

  test("a training that failed may be tried again by its owner under the same id, with another claim", () => {
    const world = registered();
    const first = trainingOf(world);
    expect(() => register(world)).toThrow("exists already");
    world.decideModel(first, CLAIM_STATUS_NO_QUORUM, MODEL);
    expect(() => register(world, { owner: account("joe") })).toThrow("belongs to");
    register(world);
    expect(trainingOf(world)).not.toEqual(first);
    world.decideModel(trainingOf(world), CLAIM_STATUS_REJECTED, MODEL);
    register(world, { weightsHash: hashOf("better") });
    expect(world.broken()).toEqual([]);
  });

  test("an accepted index stays with its weights when their training is tried again, and not with others", () => {
    const world = registered();
    const index = registerIndex(world);
    world.decideModel(index, CLAIM_STATUS_ACCEPTED, MODEL);
    world.decideModel(trainingOf(world), CLAIM_STATUS_NO_QUORUM, MODEL);
    register(world);
    expect(query(world).model?.index?.claimId).toEqual(index);
    world.decideModel(trainingOf(world), CLAIM_STATUS_REJECTED, MODEL);
    register(world, { weightsHash: hashOf("better") });
    expect(query(world).model?.index).toBeUndefined();
  });

  test("an index that failed may be registered again", () => {
    const world = registered();
    const first = registerIndex(world);
    expect(() => registerIndex(world)).toThrow("has its index already");
    world.decideModel(first, CLAIM_STATUS_REJECTED, MODEL);
    const second = registerIndex(world);
    expect(second).not.toEqual(first);
    world.decideModel(trainingOf(world), CLAIM_STATUS_ACCEPTED, MODEL);
    world.decideModel(second, CLAIM_STATUS_ACCEPTED, MODEL);
    expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_SERVING);
  });

  test("a training that lost a dispute retires the model; a foreign claim is no model's", () => {
    const world = registered();
    world.decideModel(trainingOf(world), CLAIM_STATUS_OVERTURNED, MODEL);
    expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_RETIRED);
    expect(world.events("overturn_model")).toHaveLength(1);
    expect(() => world.decideModel(hashOf("x"), CLAIM_STATUS_ACCEPTED, MODEL)).toThrow("no model");
  });

  test("an accepted fidelity is written to a model that has an index", () => {
    const world = registered();
    const { claims } = world.modelregistry;
    expect(() => claims.checkModel(world.context(), MODEL)).toThrow("has no index yet");
    registerIndex(world);
    const ctx = world.context("block");
    claims.checkModel(ctx, MODEL);
    claims.setFidelity(ctx, MODEL, 9n * 10n ** 17n);
    ctx.write();
    expect(query(world).model?.fidelity).toBe(9n * 10n ** 17n);
    expect(claims.datanetsOf(ctx, MODEL)).toEqual([NET]);
  });
});

describe("owner", () => {
  test("changes the price and retires the model for good", () => {
    const world = trained();
    register(world);
    const price = { owner: account("ivy"), model: MODEL, priceRequest: "0", priceToken: "7" };
    world.send(MsgUpdatePrice, price);
    expect(query(world).model).toMatchObject({ priceRequest: "0", priceToken: "7" });
    expect(() => world.send(MsgUpdatePrice, { ...price, owner: account("joe") })).toThrow("belongs to");
    expect(() => world.send(MsgUpdatePrice, { ...price, priceToken: "00" })).toThrow("not an amount");
    expect(() => world.send(MsgRetireModel, { owner: account("joe"), model: MODEL })).toThrow("belongs to");
    world.send(MsgRetireModel, { owner: account("ivy"), model: MODEL });
    expect(query(world).model?.status).toBe(ModelStatus.MODEL_STATUS_RETIRED);
    expect(() => world.send(MsgRetireModel, { owner: account("ivy"), model: MODEL })).toThrow("is retired");
    expect(() => world.send(MsgUpdatePrice, price)).toThrow("is retired");
    expect(() => registerIndex(world)).toThrow("is retired");
    expect(world.broken()).toEqual([]);
  });
});

describe("genesis and queries", () => {
  test("export, import and export again give the same bytes", () => {
    const world = trained();
    register(world);
    registerIndex(world);
    register(world, { id: "second" });
    const state = world.export();
    expect(JSON.stringify(new World(state, world.funds()).export())).toBe(JSON.stringify(state));
  });

  test("a genesis that contradicts itself is refused", () => {
    const world = trained();
    register(world);
    const state = fromJson(GenesisState, world.export().modelregistry);
    const [model] = state.models;
    const load = (changed: GenesisState) => () =>
      new World({ ...world.export(), modelregistry: json(GenesisState, changed) }, world.funds());
    expect(load({ ...state, models: [model!, model!] })).toThrow("is listed twice");
    const serving = { ...model!, status: ModelStatus.MODEL_STATUS_SERVING };
    expect(load({ ...state, models: [serving] })).toThrow("serves without an index");
    expect(load({ ...state, models: [{ ...model!, snapshots: ["net/9"] }] })).toThrow("snapshot net/9 is not accepted");
    expect(load({ ...state, models: [{ ...model!, fidelity: ONE + 1n }] })).toThrow("is above one");
    expect(load({ ...state, params: { ...DEFAULT_PARAMS, maxSnapshots: 65 } })).toThrow("max_snapshots is 1 to 64");
    expect(() => new World({ modelregistry: [] })).toThrow("is not a JSON object");
  });

  test("models are listed by id, in pages", () => {
    const world = trained();
    for (const id of ["ccc", "aaa", "bbb"]) register(world, { id });
    const ids = (request: object) => world.query(Query.Models, request).models.map(({ id }) => id);
    expect(ids({})).toEqual(["aaa", "bbb", "ccc"]);
    expect(ids({ startAfter: "aaa", limit: 1 })).toEqual(["bbb"]);
    expect(() => query(world)).toThrow('no model "bank-intents"');
  });
});
