import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import {
  MsgCommitVerdict,
  MsgCommitVerdictResponse,
  MsgRegisterCurator,
  MsgRegisterCuratorResponse,
  MsgRevealVerdict,
  MsgRevealVerdictResponse,
  MsgUnregisterCurator,
  MsgUnregisterCuratorResponse,
} from "../../proto/gen/openledger/curation/v1.ts";
import { isContributionId } from "../datanet/ids.ts";
import { checkHash, checkSalt, demand, positiveAmountOf } from "../datanet/types.ts";
import { registerCurator, unregisterCurator } from "./curators.ts";
import type { CurationKeeper } from "./keeper.ts";
import { MAX_BITMAP_BYTES } from "./limits.ts";
import type { CurationNeeds } from "./needs.ts";
import type { Verdicts } from "./verdicts.ts";

interface CurationParts {
  readonly keeper: CurationKeeper;
  readonly needs: CurationNeeds;
  readonly verdicts: Verdicts;
}

export function messageRoutes(options: ChainOptions, parts: CurationParts): readonly MessageRoute[] {
  const account = (text: string) => void options.addresses.fromText(text);
  return [...curatorRoutes(account, parts), ...verdictRoutes(account, parts)];
}

function curatorRoutes(account: (text: string) => void, { keeper, needs }: CurationParts): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgRegisterCurator,
      response: MsgRegisterCuratorResponse,
      amino: "openledger/MsgRegisterCurator",
      signers: ({ curator }) => [curator],
      validate({ curator, bond }) {
        account(curator);
        positiveAmountOf(bond, "bond");
      },
      handle(ctx, message) {
        registerCurator(ctx, message, { keeper, bank: needs.bank });
        return {};
      },
    }),
    messageRoute({
      codec: MsgUnregisterCurator,
      response: MsgUnregisterCuratorResponse,
      amino: "openledger/MsgUnregisterCurator",
      signers: ({ curator }) => [curator],
      validate: ({ curator }) => account(curator),
      handle(ctx, { curator }) {
        unregisterCurator(ctx, curator, { keeper, bank: needs.bank });
        return {};
      },
    }),
  ];
}

function verdictRoutes(account: (text: string) => void, { verdicts }: CurationParts): readonly MessageRoute[] {
  return [
    messageRoute({
      codec: MsgCommitVerdict,
      response: MsgCommitVerdictResponse,
      amino: "openledger/MsgCommitVerdict",
      signers: ({ curator }) => [curator],
      validate({ curator, contribution, commitment }) {
        account(curator);
        checkContribution(contribution);
        checkHash("the commitment", commitment);
      },
      handle(ctx, message) {
        verdicts.commit(ctx, message);
        return {};
      },
    }),
    messageRoute({
      codec: MsgRevealVerdict,
      response: MsgRevealVerdictResponse,
      amino: "openledger/MsgRevealVerdict",
      signers: ({ curator }) => [curator],
      validate({ curator, contribution, bitmap, salt }) {
        account(curator);
        checkContribution(contribution);
        demand(bitmap.length >= 1 && bitmap.length <= MAX_BITMAP_BYTES, `a bitmap has 1 to ${MAX_BITMAP_BYTES} bytes`);
        checkSalt(salt);
      },
      handle(ctx, message) {
        verdicts.reveal(ctx, message);
        return {};
      },
    }),
  ];
}

function checkContribution(id: string): void {
  demand(isContributionId(id), `not a contribution id (40 hex digits): ${JSON.stringify(id.slice(0, 60))}`);
}
