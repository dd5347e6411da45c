import { parseAmount } from "../../chain/app/coins.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import {
  MsgRegisterIndex,
  MsgRegisterIndexResponse,
  MsgRegisterModel,
  MsgRegisterModelResponse,
  MsgRetireModel,
  MsgRetireModelResponse,
  MsgUpdatePrice,
  MsgUpdatePriceResponse,
  Task,
} from "../../proto/gen/openledger/modelregistry/v1.ts";
import { isSlug, parseSnapshotId } from "../datanet/ids.ts";
import { checkHash, checkLabels, checkText, demand } from "../datanet/types.ts";
import { errors } from "./errors.ts";
import { MAX_ENCODER_BYTES, MAX_LICENCE_BYTES, MAX_SNAPSHOTS } from "./limits.ts";
import type { Models } from "./models.ts";

type AccountCheck = (text: string) => void;

export function messageRoutes(options: ChainOptions, models: Models): readonly MessageRoute[] {
  const account = (text: string) => void options.addresses.fromText(text);
  return [...registrationRoutes(account, models), ...ownerRoutes(account, models)];
}

function registrationRoutes(account: AccountCheck, models: Models): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgRegisterModel,
      response: MsgRegisterModelResponse,
      amino: "openledger/MsgRegisterModel",
      signers: ({ owner }) => [owner],
      validate: (message) => validateModel(message, account),
      handle: (ctx, message) => ({ trainingClaimId: models.register(ctx, message).trainingClaimId }),
    }),
    messageRoute({
      codec: MsgRegisterIndex,
      response: MsgRegisterIndexResponse,
      amino: "openledger/MsgRegisterIndex",
      signers: ({ owner }) => [owner],
      validate(message) {
        account(message.owner);
        checkModelId(message.model);
        checkHash("the root", message.root);
        checkHash("the header blob", message.headerBlob);
        checkHash("the rows blob", message.rowsBlob);
        checkHash("the inverse blob", message.inverseBlob);
        demand(message.rows >= 1, "an index has at least one row");
      },
      handle(ctx, message) {
        const { index } = models.registerIndex(ctx, message);
        return MsgRegisterIndexResponse.fromPartial({ indexClaimId: index?.claimId });
      },
    }),
  ];
}

function ownerRoutes(account: AccountCheck, models: Models): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgUpdatePrice,
      response: MsgUpdatePriceResponse,
      amino: "openledger/MsgUpdatePrice",
      signers: ({ owner }) => [owner],
      validate(message) {
        account(message.owner);
        checkModelId(message.model);
        checkPrice(message);
      },
      handle(ctx, message) {
        models.updatePrice(ctx, message);
        return {};
      },
    }),
    messageRoute({
      codec: MsgRetireModel,
      response: MsgRetireModelResponse,
      amino: "openledger/MsgRetireModel",
      signers: ({ owner }) => [owner],
      validate({ owner, model }) {
        account(owner);
        checkModelId(model);
      },
      handle(ctx, message) {
        models.retire(ctx, message);
        return {};
      },
    }),
  ];
}

function validateModel(message: MsgRegisterModel, account: AccountCheck): void {
  account(message.owner);
  checkModelId(message.id);
  checkText("the encoder", message.encoder, { min: 1, max: MAX_ENCODER_BYTES });
  checkText("the licence", message.licence, { min: 0, max: MAX_LICENCE_BYTES });
  checkHash("the encoder hash", message.encoderHash);
  checkHash("the manifest hash", message.manifestHash);
  checkHash("the manifest blob", message.manifestBlob);
  checkHash("the weights hash", message.weightsHash);
  checkHash("the weights blob", message.weightsBlob);
  checkParts(message);
  const { snapshots } = message;
  demand(snapshots.length >= 1 && snapshots.length <= MAX_SNAPSHOTS, `a model has 1 to ${MAX_SNAPSHOTS} snapshots`);
  for (const id of snapshots) {
    demand(parseSnapshotId(id) !== undefined, `not a snapshot id (datanet/window): ${JSON.stringify(id.slice(0, 60))}`);
  }
  demand(new Set(snapshots).size === snapshots.length, "a snapshot is listed twice");
  checkPrice(message);
}

/** What the task needs besides weights. Labels are a classifier's; blobs of encoder or decoder come together. */
function checkParts(message: MsgRegisterModel): void {
  const { task, labels, encoderBlob, tokenizerBlob, baseBlob, checkpointsRoot, checkpointsBlob } = message;
  demand(task === Task.TASK_CLASSIFY || task === Task.TASK_GENERATE, `no task has the number ${task}`);
  if (task === Task.TASK_CLASSIFY) {
    checkLabels(labels);
    checkTogether([
      ["the encoder blob", encoderBlob],
      ["the tokenizer blob", tokenizerBlob],
      ["the base blob", baseBlob],
    ]);
  } else {
    demand(labels.length === 0, "a generator has no labels");
    demand(encoderBlob.length === 0, "a generator has no encoder blob");
    checkHash("the tokenizer blob", tokenizerBlob);
    checkHash("the base blob", baseBlob);
  }
  checkTogether([
    ["the checkpoints root", checkpointsRoot],
    ["the checkpoints blob", checkpointsBlob],
  ]);
}

/** All of them are hashes, or none is there. */
function checkTogether(parts: readonly (readonly [name: string, bytes: Uint8Array])[]): void {
  if (parts.every(([, bytes]) => bytes.length === 0)) return;
  for (const [name, bytes] of parts) checkHash(name, bytes);
}

/** An inference must cost something: its fee is what everybody is paid from. */
function checkPrice(price: { readonly priceRequest: string; readonly priceToken: string }): void {
  const total = parseAmount(price.priceRequest) + parseAmount(price.priceToken);
  if (total === 0n) throw errors.price("price_request and price_token cannot both be 0");
}

function checkModelId(id: string): void {
  demand(
    isSlug(id),
    `a model's id is 3 to 32 of a-z, 0-9 and -, a letter first; got ${JSON.stringify(id.slice(0, 60))}`,
  );
}
