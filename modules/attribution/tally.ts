import { sum } from "../../chain/math/int.ts";
import { MAX_PEER_COMMITTEE } from "./limits.ts";
import { type SketchValue, sameSketch } from "./sketch.ts";

// The rule of DESIGN.md section 5, in integers. T is the committee's power, A what abstained, kept silent or was voided.
//
//   opening of the poster | power                                        | result
//   ----------------------+----------------------------------------------+-----------
//   missing               | any                                          | rejected
//   there                 | 3 accept > 2 (T - A)  and  3 accept > T      | accepted
//   there                 | 3 reject > 2 (T - A)  and  3 reject > T      | rejected
//   there                 | else                                         | no_quorum

export type MemberVerdict = "accept" | "reject" | "abstain";

/** What one member opened in time. */
export interface MemberAnswer {
  readonly verdict: MemberVerdict;
  readonly own: SketchValue;
  /** Its answer for every other member, in committee order without itself; empty in large committees. */
  readonly peers: readonly SketchValue[];
  /** A second, different leaf was opened. */
  readonly equivocated: boolean;
}

/** Undefined answer: silence. */
export interface TallyMember {
  readonly power: bigint;
  readonly answer: MemberAnswer | undefined;
}

export type TallyStatus = "accepted" | "rejected" | "no_quorum";

export interface TallyResult {
  readonly status: TallyStatus;
  /** By member: its sketch was contradicted, or it equivocated. */
  readonly voided: readonly boolean[];
  readonly accept: bigint;
  readonly reject: bigint;
  /** A: abstained, silent or voided power. */
  readonly absent: bigint;
}

/** A member whose sketches count: it gave a verdict with proof of work, under one leaf. */
function isAnswering(member: TallyMember): member is TallyMember & { readonly answer: MemberAnswer } {
  return member.answer !== undefined && member.answer.verdict !== "abstain" && !member.answer.equivocated;
}

/** What member `from` answered for member `about`; both are positions in the committee. */
export function peerAnswer(peers: readonly SketchValue[], from: number, about: number): SketchValue | undefined {
  return peers[about < from ? about : about - 1];
}

/** Contradicted by more than half of the other answering power. One pass: a liar's own answers count as well. */
function isContradicted(members: readonly TallyMember[], about: number, own: SketchValue): boolean {
  let others = 0n;
  let against = 0n;
  members.forEach((member, from) => {
    if (from === about || !isAnswering(member)) return;
    others += member.power;
    const answer = peerAnswer(member.answer.peers, from, about);
    if (!answer || !sameSketch(answer, own)) against += member.power;
  });
  return 2n * against > others;
}

function isVoided(members: readonly TallyMember[], index: number): boolean {
  const member = members[index] as TallyMember;
  if (member.answer?.equivocated) return true;
  if (!isAnswering(member) || members.length > MAX_PEER_COMMITTEE) return false;
  return isContradicted(members, index, member.answer.own);
}

/** Decides one claim. `opened`: the poster's opening matched its hash in time, or the kind needs none. */
export function tally(members: readonly TallyMember[], opened: boolean): TallyResult {
  const voided = members.map((_, index) => isVoided(members, index));
  const powerOf = (verdict: MemberVerdict) =>
    sum(members.map(({ answer, power }, i) => (answer?.verdict === verdict && !voided[i] ? power : 0n)));
  const total = sum(members.map(({ power }) => power));
  const accept = powerOf("accept");
  const reject = powerOf("reject");
  const absent = total - accept - reject;
  const wins = (power: bigint) => 3n * power > 2n * (total - absent) && 3n * power > total;
  return { status: status(opened, wins(accept), wins(reject)), voided, accept, reject, absent };
}

function status(opened: boolean, accepted: boolean, rejected: boolean): TallyStatus {
  if (!opened || rejected) return "rejected";
  return accepted ? "accepted" : "no_quorum";
}
