import { fromHex } from "../../chain/crypto/bytes.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { claimId } from "../../modules/attribution/client.ts";
import { verdictCommitment } from "../../modules/curation/ids.ts";
import {
  contributionCommitment,
  contributionId,
  contributionRoot,
  snapshotPayloadHash,
} from "../../modules/datanet/ids.ts";
import { inputCommitment, requestId } from "../../modules/inference/ids.ts";
import { Query as AttributionQuery, ClaimKind, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { MsgCommitVerdict, MsgRegisterCurator, MsgRevealVerdict } from "../../proto/gen/openledger/curation/v1.ts";
import {
  ContributionItems,
  Query as DatanetQuery,
  Item,
  MsgAdvanceWindow,
  MsgCommitContribution,
  MsgCreateDataNet,
  MsgPostSnapshot,
  MsgRevealContribution,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { InferenceInput, MsgRequestInference } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, Query as ModelQuery, ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { EncoderFiles } from "../influence/encoders/index.ts";
import { buildSnapshot, type SnapshotContent } from "../pipeline/snapshot.ts";
import { isDrawn } from "../pipeline/training-rows.ts";
import { NodeRpc } from "../serving/rpc.ts";
import { type MadeModel, type ModelParts, makeModel, registerModel } from "./market-model.ts";
import { eventually, type TestNetwork } from "./network.ts";
import { message, TestSender } from "./sender.ts";

export interface LabelledText {
  readonly text: string;
  /** Class index. */
  readonly label: number;
}

/** Windows of training and index claims, on a machine with much else to do. */
const CLAIMS_MS = 180_000;
export const NET = "questions";
const MODEL = "answerer";
const SALT = new Uint8Array(16).fill(3);
const CURATORS = ["curator-a", "curator-b", "curator-c"];
const CONTRIBUTORS = ["bob", "cat"];

/** Accounts that a market needs funded. */
export const MARKET_ACCOUNTS: readonly string[] = ["maker", "host", "user", ...CONTRIBUTORS, ...CURATORS];

/** What a poster claims otherwise than it is. */
export type SnapshotChanges = (content: SnapshotContent) => Partial<Pick<SnapshotContent, "clusters" | "owners">>;

/** A DataNet, its curated window, its attested snapshot and a serving model, made through transactions and RPC. */
export class TestMarket {
  readonly rpc: NodeRpc;
  readonly model = MODEL;
  readonly labels: readonly string[];
  readonly #senders = new Map<string, TestSender>();
  readonly #network: TestNetwork;
  #requests = 0n;

  constructor(network: TestNetwork, labels: readonly string[]) {
    this.#network = network;
    this.rpc = new NodeRpc(network.first.rpcUrl);
    this.labels = labels;
  }

  sender(name: string): TestSender {
    const known = this.#senders.get(name) ?? new TestSender(this.#network.first.backend, name);
    this.#senders.set(name, known);
    return known;
  }

  address(name: string): string {
    return this.sender(name).address;
  }

  /** The rows are dealt to the contributors in turn and accepted, but for each contributor's last one. */
  async curate(rows: readonly LabelledText[]): Promise<void> {
    const maker = this.sender("maker");
    const texts = { title: "Questions", topic: "What people ask", licence: "CC0-1.0" };
    const blocks = { submitBlocks: 500n, reviewBlocks: 500n, revealBlocks: 500n };
    const net = { creator: maker.address, id: NET, labels: this.labels, ...texts, ...blocks };
    await Promise.all([
      maker.send(message(MsgCreateDataNet, net)),
      ...CURATORS.map((name) =>
        this.sender(name).send(message(MsgRegisterCurator, { curator: this.address(name), bond: "10000000" })),
      ),
    ]);
    const dealt = CONTRIBUTORS.map((_, i) => rows.filter((_, row) => row % CONTRIBUTORS.length === i));
    const ids: string[] = [];
    for (const [i, name] of CONTRIBUTORS.entries()) ids.push(await this.#contribute(name, dealt[i] as LabelledText[]));
    await this.#advance();
    const verdicts = ids.map((contribution, i) => ({ contribution, bitmap: allButLast((dealt[i] ?? []).length) }));
    await this.#byCurators((curator) =>
      verdicts.map(({ contribution, bitmap }) => {
        const commitment = verdictCommitment({ curator, contribution, bitmap, salt: SALT });
        return message(MsgCommitVerdict, { curator, contribution, commitment });
      }),
    );
    await this.#advance();
    await this.#byCurators((curator) =>
      verdicts.map((verdict) => message(MsgRevealVerdict, { curator, ...verdict, salt: SALT })),
    );
    await this.#advance();
  }

  /** Posts the snapshot and waits for its claim. */
  async snapshot(changes: SnapshotChanges = () => ({})): Promise<{
    readonly content: SnapshotContent;
    readonly status: ClaimStatus;
  }> {
    const maker = this.sender("maker");
    const content = await buildSnapshot({ datanet: NET, window: 1 }, { ask: this.rpc.ask, blobs: this.rpc });
    await maker.upload(this.rpc.url, content.table);
    const { root, items, clusters, owners, blobId } = { ...content, ...changes(content) };
    const claimed = { root, items, clusters, owners, blob: fromHex(blobId) };
    await maker.send(message(MsgPostSnapshot, { poster: maker.address, datanet: NET, window: 1, ...claimed }));
    const attempt = this.#attempts++;
    const payloadHash = snapshotPayloadHash({ id: `${NET}/1`, ...claimed, attempt });
    const kind = ClaimKind.CLAIM_KIND_SNAPSHOT;
    const id = claimId({ kind, poster: maker.address, subject: utf8Bytes(`${NET}/1`), payloadHash });
    const status = await this.tallied(id);
    if (status === ClaimStatus.CLAIM_STATUS_ACCEPTED) await this.#drawn();
    return { content, status };
  }
  #attempts = 1;

  /** Nobody can train on the snapshot before its held-out items are drawn. */
  #drawn(): Promise<true> {
    return eventually("the draw of held-out items", async () => {
      const { snapshot } = await this.rpc.ask(DatanetQuery.Snapshot, { id: `${NET}/1` });
      return (snapshot && isDrawn(snapshot)) || undefined;
    });
  }

  /** Trains on the snapshot, on an encoder of one's own if there is one, registers model and index, and waits until it serves. */
  async train(files?: EncoderFiles): Promise<void> {
    await this.register(MODEL, await this.make(files));
    await this.serves(MODEL);
  }

  /** A model of the accepted snapshot, not registered yet. */
  make(files?: EncoderFiles): Promise<MadeModel> {
    const ports = { ask: this.rpc.ask, blobs: this.rpc };
    return makeModel(`${NET}/1`, { ports, labels: this.labels, files });
  }

  register(id: string, parts: ModelParts): Promise<void> {
    return registerModel(id, parts, { owner: this.sender("maker"), url: this.rpc.url });
  }

  /** Waits for the claims of a model and throws unless it serves. */
  async serves(id: string): Promise<void> {
    const { model, training, index } = await this.outcome(id);
    if (model?.status === ModelStatus.MODEL_STATUS_SERVING) return;
    throw new Error(`model ${id} does not serve: claim of training ${training}, of index ${index}`);
  }

  /** How the claims of a registered model ended. */
  outcome(id: string): Promise<{ model: Model | undefined; training: ClaimStatus; index: ClaimStatus }> {
    return eventually(
      `the claims of model ${id}`,
      async () => {
        const { model, trainingStatus: training, indexStatus: index } = await this.rpc.ask(ModelQuery.Model, { id });
        return [training, index].includes(ClaimStatus.CLAIM_STATUS_OPEN) ? undefined : { model, training, index };
      },
      CLAIMS_MS,
    );
  }

  /** Uploads inputs and requests their inference; the requests' ids. */
  async request(texts: readonly string[]): Promise<string[]> {
    const user = this.sender("user");
    const asked = texts.map(async (text) => {
      const blob = fromHex(
        await user.upload(this.rpc.url, encodeBytes(InferenceInput, InferenceInput.fromPartial({ salt: SALT, text }))),
      );
      return { commitment: inputCommitment(SALT, text), blob };
    });
    const inputs = await Promise.all(asked);
    const fields = { requester: user.address, model: MODEL };
    await user.send(
      ...inputs.map(({ commitment, blob }) =>
        message(MsgRequestInference, { ...fields, inputCommitment: commitment, inputBlob: blob, maxFee: "1000000" }),
      ),
    );
    return inputs.map(({ commitment }) =>
      requestId({ ...fields, inputCommitment: commitment, counter: this.#requests++ }),
    );
  }

  /** Status of a claim once it is tallied. */
  tallied(id: Uint8Array): Promise<ClaimStatus> {
    return eventually("the claim's tally", async () => {
      const { claim } = await this.rpc.ask(AttributionQuery.Claim, { claimId: id });
      return claim?.status === ClaimStatus.CLAIM_STATUS_OPEN ? undefined : claim?.status;
    });
  }

  async #contribute(name: string, rows: readonly LabelledText[]): Promise<string> {
    const sender = this.sender(name);
    const contributor = sender.address;
    const items = rows.map(({ text, label }): Item => ({ text, label: this.labels[label] as string }));
    const root = contributionRoot(items.map((item) => encodeBytes(Item, item)));
    const blob = encodeBytes(ContributionItems, { items });
    const commitment = contributionCommitment({ contributor, datanet: NET, root, salt: SALT });
    await sender.send(message(MsgCommitContribution, { contributor, datanet: NET, commitment }));
    const contribution = contributionId({ datanet: NET, window: 1, contributor, commitment });
    const blobId = fromHex(await sender.upload(this.rpc.url, blob));
    await sender.send(
      message(MsgRevealContribution, {
        ...{ contributor, contribution, salt: SALT, root, blob: blobId, items: items.length },
        ...{ byteSize: BigInt(blob.length), licence: "CC0-1.0", source: "own writing" },
      }),
    );
    return contribution;
  }

  async #advance(): Promise<void> {
    const maker = this.sender("maker");
    await maker.send(message(MsgAdvanceWindow, { creator: maker.address, datanet: NET }));
  }

  async #byCurators(messages: (curator: string) => readonly ReturnType<typeof message>[]): Promise<void> {
    await Promise.all(CURATORS.map((name) => this.sender(name).send(...messages(this.address(name)))));
  }
}

function allButLast(items: number): Uint8Array {
  return BitArray.of(
    items,
    Array.from({ length: items - 1 }, (_, i) => i),
  ).toBytes();
}
