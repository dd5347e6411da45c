import {
  bytesValue,
  fixedBytesKey,
  item,
  keySet,
  map,
  numberKey,
  numberValue,
  pair,
  protoValue,
  rawStringKey,
} from "../../chain/store/collections.ts";
import {
  AttestationRecord,
  BeaconChain,
  BeaconRecord,
  Claim,
  Equivocation,
  InfluenceScore,
  Outcome,
  Params,
  RecordedOpening,
} from "../../proto/gen/openledger/attribution/v1.ts";

/** Module, store and module account. */
export const ATTRIBUTION = "attribution";

const hash = fixedBytesKey(32);
const validator = fixedBytesKey(20);

/** Claim and validator. */
export const memberKey = pair(hash, validator);

export const tables = {
  params: item(0, protoValue(Params)),
  /** The newest beacon. */
  beacon: item(1, protoValue(BeaconRecord)),
  /** Height to beacon, the last BEACON_HISTORY. */
  history: map(2, numberKey, bytesValue),
  /** Validator to its registered hash chain. */
  chains: map(3, validator, protoValue(BeaconChain)),
  /** Id to claim, without the poster's opening. */
  claims: map(4, hash, protoValue(Claim)),
  /** Id to the poster's opening. */
  claimOpenings: map(5, hash, bytesValue),
  /** (seed height, id) of claims without a seed. */
  seedQueue: keySet(6, pair(numberKey, hash)),
  /** (open end, id) of open claims: the order of the tally. */
  tallyQueue: keySet(7, pair(numberKey, hash)),
  /** Number of open claims. */
  openClaims: item(8, numberValue),
  /** (signing height, validator) to root. */
  roots: map(9, pair(numberKey, validator), bytesValue),
  /** (claim, validator) to what was opened, until the tally. */
  openings: map(10, memberKey, protoValue(RecordedOpening)),
  outcomes: map(11, hash, protoValue(Outcome)),
  records: map(12, validator, protoValue(AttestationRecord)),
  contributionScores: map(13, rawStringKey, protoValue(InfluenceScore)),
  datanetScores: map(14, rawStringKey, protoValue(InfluenceScore)),
  modelScores: map(15, rawStringKey, protoValue(InfluenceScore)),
  /** Open end to number of open claims that end there. */
  deadlines: map(16, numberKey, numberValue),
  /** (seed height, id) of open claims: roots below the first one's height serve nobody. */
  openBySeed: keySet(17, pair(numberKey, hash)),
  /** (bond until, id) of accepted claims whose bond is held and that nobody disputes. */
  releases: keySet(18, pair(numberKey, hash)),
  /** Evidence, for good. */
  equivocations: map(19, memberKey, protoValue(Equivocation)),
  /** Kind to number of open claims. */
  openByKind: map(20, numberKey, numberValue),
};
