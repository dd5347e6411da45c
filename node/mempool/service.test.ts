import { ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import { expect, test } from "vitest";
import { type AppClient, AppHostError } from "../app/client.ts";
import { MempoolService } from "./service.ts";

const tx = (seed: number) => new Uint8Array(8).fill(seed);
const LIMITS = { maxTxs: 10, maxBytes: 1000, maxTxBytes: 100, seenTxs: 40 };

function service() {
  const told: number[] = [];
  const app = { busy: false, code: 0 };
  const checkTx = async (): Promise<ResponseCheckTx> => {
    if (app.busy) throw new AppHostError("busy", "too many calls");
    return ResponseCheckTx.fromPartial({ code: app.code, gasWanted: 1n });
  };
  const tell = (item: Uint8Array) => told.push(item[0] as number) > 0;
  const pool = new MempoolService(LIMITS, { app: { checkTx } as unknown as AppClient, publish: tell, republish: tell });
  return { pool, app, told };
}

test("an application with too many calls refuses a transaction for now: it may come again", async () => {
  const { pool, app } = service();
  app.busy = true;
  expect(await pool.add(tx(1))).toMatchObject({ code: 20, codespace: "mempool" });
  expect(await pool.receive([tx(1)])).toEqual([{ action: "ignore", code: "mempool/20" }]);
  app.busy = false;
  expect(await pool.add(tx(1))).toMatchObject({ code: 0 });
});

test("a recheck that the application has no time for keeps the transaction, and the node", async () => {
  const { pool, app } = service();
  await pool.add(tx(1));
  app.busy = true;
  await pool.committed([]);
  expect(pool.count).toBe(1);
  app.busy = false;
  app.code = 5;
  await pool.committed([]);
  expect(pool.count).toBe(0);
});

test("a transaction that no block takes is told again every ten blocks", async () => {
  const { pool, told } = service();
  await pool.add(tx(1));
  for (let i = 0; i < 20; i++) await pool.committed([]);
  expect(told).toEqual([1, 1, 1]);
  await pool.committed([tx(1)]);
  for (let i = 0; i < 20; i++) await pool.committed([]);
  expect(told).toEqual([1, 1, 1]);
});

test("a failure of the application is not hidden", async () => {
  const broken = new AppHostError("crashed", "gone");
  const app = { checkTx: () => Promise.reject(broken) } as unknown as AppClient;
  const failing = new MempoolService(LIMITS, { app, publish: () => true, republish: () => true });
  await expect(failing.add(tx(1))).rejects.toBe(broken);
});

test("rechecks end after their time, so that consensus goes on", async () => {
  let now = 0;
  let checks = 0;
  const checkTx = async () => {
    checks++;
    now++;
    return ResponseCheckTx.fromPartial({ code: 0, gasWanted: 1n });
  };
  const app = { checkTx } as unknown as AppClient;
  const limits = { ...LIMITS, maxTxs: 1_000, maxBytes: 10_000, seenTxs: 1_000 };
  const pool = new MempoolService(limits, { app, publish: () => true, republish: () => true, nowMs: () => now });
  for (let i = 0; i < 1_000; i++) await pool.add(Uint8Array.of(i >> 8, i));
  checks = 0;
  await pool.committed([]);
  expect(checks).toBe(300);
  expect(pool.count).toBe(1_000);
});

test("a transaction that finds the pool full after its check may come again", async () => {
  const { pool } = service();
  const answers = await Promise.all(Array.from({ length: 11 }, (_, i) => pool.add(tx(i))));
  expect(answers.map(({ code }) => code)).toEqual([...new Array(10).fill(0), 20]);
  await pool.committed([tx(0)]);
  expect(await pool.add(tx(10))).toMatchObject({ code: 0 });
});

test("a transaction that comes during a commit waits until those before it are checked again", async () => {
  const checked: string[] = [];
  const checkTx: AppClient["checkTx"] = async ({ tx, type }) => {
    checked.push(`${type === 1 ? "recheck" : "check"} ${tx[0]}`);
    return ResponseCheckTx.fromPartial({ code: 0, gasWanted: 1n });
  };
  const app = { checkTx } as unknown as AppClient;
  const pool = new MempoolService(LIMITS, { app, publish: () => true, republish: () => true });
  for (const seed of [1, 2]) await pool.add(tx(seed));
  pool.hold();
  const late = pool.add(tx(3));
  await pool.committed([tx(1)]);
  expect(await late).toMatchObject({ code: 0 });
  expect(checked).toEqual(["check 1", "check 2", "recheck 2", "check 3"]);
});

test("a refusal that crossed a commit does not stand: the transaction is checked again after the pooled ones", async () => {
  const late = Promise.withResolvers<ResponseCheckTx>();
  const answers = [late.promise, ResponseCheckTx.fromPartial({ code: 0 })];
  const app = { checkTx: () => Promise.resolve(answers.shift()) } as unknown as AppClient;
  const pool = new MempoolService(LIMITS, { app, publish: () => true, republish: () => true });
  const added = pool.add(tx(1));
  pool.hold();
  late.resolve(ResponseCheckTx.fromPartial({ code: 32 }));
  await pool.committed([]);
  expect(await added).toMatchObject({ code: 0 });
  expect(pool.count).toBe(1);
});
