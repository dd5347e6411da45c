import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import {
  MsgAdvanceWindow,
  MsgAdvanceWindowResponse,
  MsgCommitContribution,
  MsgCommitContributionResponse,
  MsgCreateDataNet,
  MsgCreateDataNetResponse,
  MsgPostSnapshot,
  MsgPostSnapshotResponse,
  MsgRevealContribution,
  MsgRevealContributionResponse,
  MsgWithdrawContribution,
  MsgWithdrawContributionResponse,
} from "../../proto/gen/openledger/datanet/v1.ts";
import type { Contributions } from "./contributions.ts";
import { createDatanet } from "./create.ts";
import { isContributionId, isSlug } from "./ids.ts";
import type { DatanetKeeper } from "./keeper.ts";
import {
  MAX_ITEMS,
  MAX_LICENCE_BYTES,
  MAX_PARENTS,
  MAX_SOURCE_BYTES,
  MAX_TITLE_BYTES,
  MAX_TOPIC_BYTES,
  MIN_PHASE_BLOCKS,
} from "./limits.ts";
import type { DatanetNeeds } from "./needs.ts";
import type { Snapshots } from "./snapshots.ts";
import { checkHash, checkLabels, checkSalt, checkText, demand } from "./types.ts";
import type { Windows } from "./windows.ts";

/** What the routes act through. */
export interface DatanetParts {
  readonly keeper: DatanetKeeper;
  readonly needs: DatanetNeeds;
  readonly windows: Windows;
  readonly contributions: Contributions;
  readonly snapshots: Snapshots;
}

export function messageRoutes(options: ChainOptions, parts: DatanetParts): readonly MessageRoute[] {
  const account = (text: string) => void options.addresses.fromText(text);
  return [...datanetRoutes(account, parts), ...contributionRoutes(account, parts), snapshotRoute(account, parts)];
}

type AccountCheck = (text: string) => void;

function datanetRoutes(account: AccountCheck, parts: DatanetParts): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgCreateDataNet,
      response: MsgCreateDataNetResponse,
      amino: "openledger/MsgCreateDataNet",
      signers: ({ creator }) => [creator],
      validate: (message) => validateCreate(message, account),
      handle: (ctx, message) => ({ id: createDatanet(ctx, message, parts).id }),
    }),
    messageRoute({
      codec: MsgAdvanceWindow,
      response: MsgAdvanceWindowResponse,
      amino: "openledger/MsgAdvanceWindow",
      signers: ({ creator }) => [creator],
      validate({ creator, datanet }) {
        account(creator);
        checkSlug("the DataNet's id", datanet);
      },
      handle(ctx, message) {
        const { window, phase } = parts.windows.advance(ctx, message);
        return { window, phase };
      },
    }),
  ];
}

function contributionRoutes(account: AccountCheck, parts: DatanetParts): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgCommitContribution,
      response: MsgCommitContributionResponse,
      amino: "openledger/MsgCommitContribution",
      signers: ({ contributor }) => [contributor],
      validate({ contributor, datanet, commitment }) {
        account(contributor);
        checkSlug("the DataNet's id", datanet);
        checkHash("the commitment", commitment);
      },
      handle: (ctx, message) => ({ contribution: parts.contributions.commit(ctx, message) }),
    }),
    messageRoute({
      codec: MsgRevealContribution,
      response: MsgRevealContributionResponse,
      amino: "openledger/MsgRevealContribution",
      signers: ({ contributor }) => [contributor],
      validate: (message) => validateReveal(message, account),
      handle(ctx, message) {
        parts.contributions.reveal(ctx, message);
        return {};
      },
    }),
    messageRoute({
      codec: MsgWithdrawContribution,
      response: MsgWithdrawContributionResponse,
      amino: "openledger/MsgWithdrawContribution",
      signers: ({ contributor }) => [contributor],
      validate({ contributor, contribution }) {
        account(contributor);
        checkContributionId(contribution);
      },
      handle(ctx, message) {
        parts.contributions.withdraw(ctx, message);
        return {};
      },
    }),
  ];
}

function snapshotRoute(account: AccountCheck, parts: DatanetParts): MessageRoute {
  return messageRoute({
    codec: MsgPostSnapshot,
    response: MsgPostSnapshotResponse,
    amino: "openledger/MsgPostSnapshot",
    signers: ({ poster }) => [poster],
    validate({ poster, datanet, window, root, blob, items, clusters }) {
      account(poster);
      checkSlug("the DataNet's id", datanet);
      demand(window >= 1, "windows are numbered from 1");
      checkHash("the root", root);
      checkHash("the blob id", blob);
      demand(items >= 1 && clusters >= 1, "a snapshot has at least one item and one cluster");
    },
    handle(ctx, message) {
      const { id, claimId } = parts.snapshots.post(ctx, message);
      return { snapshot: id, claimId };
    },
  });
}

function validateCreate(message: MsgCreateDataNet, account: AccountCheck): void {
  account(message.creator);
  checkSlug("the id", message.id);
  checkText("the title", message.title, { min: 1, max: MAX_TITLE_BYTES });
  checkText("the topic", message.topic, { min: 0, max: MAX_TOPIC_BYTES });
  checkText("the licence", message.licence, { min: 0, max: MAX_LICENCE_BYTES });
  checkLabels(message.labels);
  for (const blocks of [message.submitBlocks, message.reviewBlocks, message.revealBlocks]) {
    demand(blocks >= BigInt(MIN_PHASE_BLOCKS), `a phase lasts at least ${MIN_PHASE_BLOCKS} block`);
  }
}

function validateReveal(message: MsgRevealContribution, account: AccountCheck): void {
  account(message.contributor);
  checkContributionId(message.contribution);
  checkSalt(message.salt);
  checkHash("the root", message.root);
  checkHash("the blob id", message.blob);
  demand(message.items >= 1 && message.items <= MAX_ITEMS, `a contribution has 1 to ${MAX_ITEMS} items`);
  demand(message.byteSize >= 1n, "a contribution has at least one byte");
  checkText("the licence", message.licence, { min: 1, max: MAX_LICENCE_BYTES });
  checkText("the source", message.source, { min: 1, max: MAX_SOURCE_BYTES });
  const { parents } = message;
  demand(parents.length <= MAX_PARENTS, `${parents.length} parents, at most ${MAX_PARENTS}`);
  for (const parent of parents) checkContributionId(parent);
  demand(new Set(parents).size === parents.length, "a parent is listed twice");
}

function checkSlug(name: string, text: string): void {
  demand(
    isSlug(text),
    `${name} is 3 to 32 of a-z, 0-9 and -, a letter first; got ${JSON.stringify(text.slice(0, 60))}`,
  );
}

function checkContributionId(text: string): void {
  demand(isContributionId(text), `not a contribution id (40 hex digits): ${JSON.stringify(text.slice(0, 60))}`);
}
