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
