import {
  index,
  indexedMap,
  item,
  map,
  numberKey,
  numberValue,
  pair,
  protoValue,
  rawStringKey,
  stringKey,
  uint32Key,
} from "../../chain/store/collections.ts";
import { Contribution, DataNet, Params, Snapshot } from "../../proto/gen/openledger/datanet/v1.ts";

/** Module, store and module account. */
export const DATANET = "datanet";

const seqKey = pair(stringKey, uint32Key);

/** DataNets by the height at which their phase ends by itself. */
export const phaseEnds = index<number, string, DataNet>(2, { reference: numberKey, key: rawStringKey }, (_, net) =>
  net.phaseEnd > 0n ? [Number(net.phaseEnd)] : [],
);

/** DataNets with pending work, oldest phase first. */
export const pendingWork = index<number, string, DataNet>(3, { reference: numberKey, key: rawStringKey }, (_, net) =>
  net.pending > 0 ? [Number(net.phaseStart)] : [],
);

/** Contribution ids by DataNet and commit sequence. */
export const bySeq = index<readonly [datanet: string, seq: number], string, Contribution>(
  5,
  { reference: seqKey, key: rawStringKey },
  (_, contribution) => [[contribution.datanet, contribution.seq]],
);

const windowKey = pair(stringKey, uint32Key);

/** Accepted snapshots whose held-out items are to be drawn, by the height of the draw. */
export const draws = index<number, readonly [datanet: string, window: number], Snapshot>(
  8,
  { reference: numberKey, key: windowKey },
  (_, { heldOutHeight, heldOutSeed }) =>
    heldOutHeight > 0n && heldOutSeed.length === 0 ? [Number(heldOutHeight)] : [],
);

export const tables = {
  params: item(0, protoValue(Params)),
  datanets: indexedMap({ prefix: 1, key: rawStringKey, value: protoValue(DataNet) }, [phaseEnds, pendingWork]),
  contributions: indexedMap({ prefix: 4, key: rawStringKey, value: protoValue(Contribution) }, [bySeq]),
  /** Sequence number at which a window begins. */
  windowStarts: map(6, pair(stringKey, uint32Key), numberValue),
  snapshots: indexedMap({ prefix: 7, key: windowKey, value: protoValue(Snapshot) }, [draws]),
};
