import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { QueryBalanceRequest, QueryBalanceResponse } from "cosmjs-types/cosmos/bank/v1beta1/query";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import { RequestInfo } from "cosmjs-types/tendermint/abci/types";
import { describe, expect, test } from "vitest";
import { addresses } from "../chain/app/addresses.ts";
import { concatBytes } from "../chain/crypto/hash.ts";
import { utf8Bytes } from "../chain/crypto/tagged.ts";
import { verifyQueryProof } from "../chain/store/proofs.ts";
import { TEST_FUNDS, type TestChain, testChain } from "./testing/harness.ts";
import { sendMessage, wallet } from "./testing/wallet.ts";

const alice = wallet("alice");
const bob = wallet("bob");
const wallets = [alice, bob];

function account(chain: TestChain, address: string): BaseAccount {
  const request = QueryAccountRequest.encode({ address }).finish();
  const { code, log, value } = chain.query("/cosmos.auth.v1beta1.Query/Account", request);
  if (code !== 0) throw new Error(log);
  return BaseAccount.decode(QueryAccountResponse.decode(value).account!.value);
}

function balance(chain: TestChain, address: string, height = 0): bigint {
  const request = QueryBalanceRequest.encode({ address, denom: "uopen" }).finish();
  const { value } = chain.query("/cosmos.bank.v1beta1.Query/Balance", request, { height });
  return BigInt(QueryBalanceResponse.decode(value).balance!.amount);
}

const fee = (amount: number) => [{ denom: "uopen", amount: String(amount) }];

describe("a transaction signed as CosmJS signs", () => {
  test("moves coins, pays its fee to the treasury, uses a sequence, and says so in events", () => {
    const chain = testChain({ wallets });
    chain.block();
    const { accountNumber } = account(chain, alice.address);
    const tx = alice.sign([sendMessage(alice.address, bob.address, 5n)], {
      sequence: 0,
      accountNumber: Number(accountNumber),
      fee: fee(1_000),
    });
    expect(chain.check(tx)).toMatchObject({ code: 0, log: "" });
    const result = chain.block([tx]).txResults[1]!;
    expect(result).toMatchObject({ code: 0, codespace: "", log: "", gasWanted: 200_000n });
    expect(TxMsgData.decode(result.data).msgResponses.map(({ typeUrl }) => typeUrl)).toEqual([
      "/cosmos.bank.v1beta1.MsgSendResponse",
    ]);
    expect(result.events.map(({ type, attributes }) => `${type} ${attributes.map((a) => a.key).join()}`)).toEqual([
      "coin_spent spender,amount",
      "coin_received receiver,amount",
      "transfer recipient,sender,amount",
      "message sender",
      "tx fee,fee_payer",
      "tx acc_seq",
      "tx signature",
      "message action,sender,module,msg_index",
      "coin_spent spender,amount,msg_index",
      "coin_received receiver,amount,msg_index",
      "transfer recipient,sender,amount,msg_index",
      "message sender,msg_index",
    ]);
    expect(balance(chain, alice.address)).toBe(TEST_FUNDS - 1_005n);
    expect(balance(chain, bob.address)).toBe(TEST_FUNDS + 5n);
    expect(account(chain, alice.address)).toMatchObject({ sequence: 1n });
    expect(balance(chain, alice.address, 1)).toBe(TEST_FUNDS);
    expect(balance(chain, addresses("open").ofModule("treasury"))).toBe(1_000n);
  });

  test("a failing message keeps the fee and the sequence, and touches nothing else", () => {
    const chain = testChain({ wallets });
    const number = aliceNumber(chain);
    const tx = alice.sign(
      [sendMessage(alice.address, bob.address, 7n), sendMessage(alice.address, bob.address, TEST_FUNDS)],
      { sequence: 0, accountNumber: number, fee: fee(10) },
    );
    const result = chain.block([tx]).txResults[1]!;
    expect(result).toMatchObject({ code: 5, codespace: "sdk" });
    expect(result.log).toContain("failed to execute message; message index: 1: spendable balance 999999983uopen");
    expect(result.events.some(({ type }) => type === "tx")).toBe(true);
    expect(balance(chain, alice.address)).toBe(TEST_FUNDS - 10n);
    expect(balance(chain, bob.address)).toBe(TEST_FUNDS);
    expect(account(chain, alice.address).sequence).toBe(1n);
  });
});

/** Alice's account number, after a first empty block. */
function aliceNumber(chain: TestChain): number {
  if (chain.height === 0) chain.block();
  return Number(account(chain, alice.address).accountNumber);
}

describe("the ante handler answers with the SDK's codes", () => {
  const chain = testChain({ wallets, app: { minGasPrices: [{ denom: "uopen", amount: 25n, per: 1_000n }] } });
  const accountNumber = aliceNumber(chain);
  const message = sendMessage(alice.address, bob.address, 1n);
  const good = { sequence: 0, accountNumber, fee: fee(5_000) };

  test.each([
    ["a low fee", { ...good, fee: fee(4_999) }, 13, "insufficient fees; got: 4999uopen required: 5000uopen"],
    ["a wrong sequence", { ...good, sequence: 3 }, 32, "account sequence mismatch, expected 0, got 3"],
    ["another chain", { ...good, chainId: "other-1" }, 4, "signature verification failed"],
    ["another account number", { ...good, accountNumber: 77 }, 4, "signature verification failed"],
    ["a long memo", { ...good, memo: "x".repeat(257) }, 12, "maximum number of characters is 256"],
    ["a height that passed", { ...good, timeoutHeight: 1n, heightBlocks: 1 }, 30, "timeout height: 1"],
    ["too little gas", { ...good, gas: 1_000 }, 11, "out of gas in location: txSize"],
    ["an absurd gas limit", { ...good, gas: 2 ** 52 }, 41, "is not between 1 and 200000000"],
    ["a fee that is not there", { ...good, fee: fee(Number(TEST_FUNDS) + 1) }, 5, "insufficient funds"],
    ["coins that are none", { ...good, fee: [{ denom: "u", amount: "1" }] }, 10, "not a denomination"],
  ])("%s", (_name, options, code, log) => {
    while (chain.height < 2) chain.block();
    const result = chain.check(alice.sign([message], options));
    expect(result).toMatchObject({ code, codespace: "sdk" });
    expect(result.log).toContain(log);
  });

  test("a signature of another mode is refused: textual is unknown, amino signs other bytes", () => {
    expect(chain.check(alice.sign([message], { ...good, mode: 2 }))).toMatchObject({ code: 37 });
    expect(chain.check(alice.sign([message], { ...good, mode: 127 }))).toMatchObject({ code: 4 });
  });

  test("bob cannot spend alice's coins", () => {
    const result = chain.check(bob.sign([message], good));
    expect(result).toMatchObject({ code: 8 });
    expect(result.log).toContain("pubKey does not match signer address");
  });

  test("a flipped bit anywhere in the signature is refused, and never cached", () => {
    const tx = alice.sign([message], good);
    for (const at of [1, 20, 63]) {
      const bad = Uint8Array.from(tx);
      bad[bad.length - at]! ^= 1;
      expect(chain.check(bad).code).toBe(4);
    }
    expect(chain.check(tx).code).toBe(0);
  });

  test("the check state moves with each checked transaction and starts over with each block", () => {
    const next = alice.sign([message], { ...good, sequence: 1 });
    expect(chain.check(next).code).toBe(0);
    expect(chain.check(next)).toMatchObject({ code: 32 });
    chain.block();
    expect(chain.check(next)).toMatchObject({ code: 32, log: expect.stringContaining("expected 0, got 1") });
    expect(chain.check(alice.sign([message], good), true).code).toBe(0);
  });
});

describe("simulate", () => {
  test("needs no signature and predicts the gas", () => {
    const chain = testChain({ wallets });
    const accountNumber = aliceNumber(chain);
    const messages = [sendMessage(alice.address, wallet("newcomer").address, 5n)];
    const answer = chain.query("/cosmos.tx.v1beta1.Service/Simulate", alice.simulation(messages, 0));
    expect(answer.log).toBe("");
    const { gasInfo, result } = SimulateResponse.decode(answer.value);
    const predicted = Number(gasInfo!.gasUsed);
    const tx = alice.sign(messages, { sequence: 0, accountNumber, gas: 300_000, fee: fee(7_500) });
    const used = Number(chain.block([tx]).txResults[1]!.gasUsed);
    expect(Math.abs(predicted - used)).toBeLessThan(used / 20);
    expect(result!.msgResponses.length).toBe(1);
    expect(balance(chain, alice.address)).toBe(TEST_FUNDS - 7_505n);
  });

  test("a transaction that would fail fails with its code", () => {
    const chain = testChain({ wallets });
    chain.block();
    const messages = [sendMessage(alice.address, bob.address, TEST_FUNDS + 1n)];
    const answer = chain.query("/cosmos.tx.v1beta1.Service/Simulate", alice.simulation(messages, 0));
    expect(answer).toMatchObject({ code: 5, codespace: "sdk" });
    expect(answer.log).toContain("insufficient funds");
  });
});

describe("queries", () => {
  test("an unknown account is NotFound in the text by which CosmJS knows it", () => {
    const chain = testChain();
    chain.block();
    const request = QueryAccountRequest.encode({ address: wallet("nobody").address }).finish();
    const answer = chain.query("/cosmos.auth.v1beta1.Query/Account", request);
    expect(answer.code).not.toBe(0);
    expect(answer.log).toMatch(/^rpc error: code = NotFound desc = account open1/);
  });

  test("the future, an unknown path, bad bytes and the time before the first block are clear errors", () => {
    const chain = testChain();
    const path = "/cosmos.bank.v1beta1.Query/Params";
    expect(chain.query(path).log).toContain("no block is committed yet");
    chain.block();
    expect(chain.query(path, undefined, { height: 9 })).toMatchObject({ code: 26 });
    expect(chain.query("/nothing.Here/Now")).toMatchObject({ code: 6 });
    expect(chain.query("/cosmos.bank.v1beta1.Query/Balance", Uint8Array.of(0xff, 0xff))).toMatchObject({ code: 18 });
    expect(chain.query("/store/nostore/key", Uint8Array.of(1))).toMatchObject({ code: 18 });
    expect(chain.query(path)).toMatchObject({ code: 0, height: 1n });
  });
});

describe("store queries", () => {
  test("prove a balance, and its absence, against the application hash of their height", () => {
    const chain = testChain({ wallets });
    chain.block();
    const appHash = chain.app.info(RequestInfo.fromPartial({})).lastBlockAppHash;
    chain.block();
    for (const [owner, text] of [
      [alice, TEST_FUNDS.toString()],
      [wallet("nobody"), ""],
    ] as const) {
      const key = concatBytes(Uint8Array.of(2, 20), addresses("open").fromText(owner.address), utf8Bytes("uopen"));
      const answer = chain.query("/store/bank/key", key, { height: 1, prove: true });
      expect([answer.code, answer.height, new TextDecoder().decode(answer.value)]).toEqual([0, 1n, text]);
      const value = text === "" ? undefined : answer.value;
      const claim = { store: "bank", key, value };
      expect(() => verifyQueryProof(appHash, claim, answer.proofOps!.ops)).not.toThrow();
      expect(() => verifyQueryProof(appHash, { ...claim, value: utf8Bytes("1") }, answer.proofOps!.ops)).toThrow();
    }
  });

  test("answer pruned heights with a typed error", () => {
    const chain = testChain();
    for (let i = 0; i < 102; i++) chain.force(chain.propose([]));
    expect(chain.query("/store/bank/key", Uint8Array.of(1), { height: 1 })).toMatchObject({
      code: 26,
      codespace: "sdk",
    });
    expect(chain.query("/cosmos.bank.v1beta1.Query/Params", undefined, { height: 1 }).log).toContain(
      "version 1 is pruned",
    );
    expect(chain.query("/cosmos.bank.v1beta1.Query/Params", undefined, { height: 3 }).code).toBe(0);
  });
});

describe("blocks", () => {
  test("two applications agree on every hash and result, and one restarted from disk goes on alike", () => {
    const one = testChain({ wallets });
    const two = testChain({ wallets });
    const number = aliceNumber(one);
    two.block();
    let last: TestChain = two;
    for (let i = 0; i < 6; i++) {
      const tx = alice.sign([sendMessage(alice.address, bob.address, BigInt(i + 1))], {
        sequence: i,
        accountNumber: number,
      });
      const a = one.block([tx]);
      const b = last.block([tx]);
      expect(a).toEqual(b);
      expect(one.appHash).toBe(last.appHash);
      last = last.restart();
      expect(last.appHash).toBe(one.appHash);
    }
    expect(one.height).toBe(7);
  });

  test("one bad transaction changes nothing for its neighbours", () => {
    const chain = testChain({ wallets });
    const number = aliceNumber(chain);
    const other = chain.restart();
    const good = [0, 1].map((sequence) =>
      alice.sign([sendMessage(alice.address, bob.address, 3n)], { sequence, accountNumber: number }),
    ) as [Uint8Array, Uint8Array];
    const bad = [
      Uint8Array.of(1, 2, 3),
      new Uint8Array(0),
      alice.sign([sendMessage(alice.address, bob.address, 1n)], { sequence: 9, accountNumber: number }),
    ];
    const [zero] = chain.propose([]) as [Uint8Array];
    const mixed = chain.force([zero, good[0], ...bad, good[1]]);
    expect(mixed.txResults.map(({ code }) => code)).toEqual([0, 0, 2, 18, 32, 0]);
    const clean = other.force([zero, ...good]);
    expect(clean.appHash).toEqual(mixed.appHash);
  });

  test("a proposal leaves out what fails and passes its own check", () => {
    const chain = testChain({ wallets });
    const number = aliceNumber(chain);
    const sign = (sequence: number) =>
      alice.sign([sendMessage(alice.address, bob.address, 3n)], { sequence, accountNumber: number });
    const txs = [sign(1), sign(0), Uint8Array.of(9), sign(1), sign(1)];
    const proposal = chain.propose(txs);
    expect(proposal.slice(1)).toEqual([txs[1], txs[3]]);
    expect(chain.block(txs).txResults.map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  test("export, import and export again are the same", () => {
    const chain = testChain({ wallets });
    const number = aliceNumber(chain);
    chain.block([
      alice.sign([sendMessage(alice.address, bob.address, 3n)], { sequence: 0, accountNumber: number, fee: fee(5) }),
    ]);
    const exported = chain.app.export();
    expect(exported.height).toBe(2);
    const genesis = { ...chain.genesis, appState: exported.appState as typeof chain.genesis.appState };
    const again = testChain({ genesis });
    again.block();
    const second = again.app.export().appState;
    for (const name of ["auth", "bank", "staking", "chain"]) {
      expect(JSON.stringify(second[name])).toBe(JSON.stringify(exported.appState[name]));
    }
  });
});
