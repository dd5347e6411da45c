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
  /** Its answers for the members of `TallyMember.about`, in that order. */
  readonly peers: readonly SketchValue[];
  /** A second, different leaf was opened. */
  readonly equivocated: boolean;
}

/** Undefined answer: silence. */
export interface TallyMember {
  readonly power: bigint;
  /** Positions of the members that it answers for. */
  readonly about: readonly number[];
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

/** What `member` answered for the member at `place`; undefined when it was not to answer for that one. */
function answerAbout({ about, answer }: TallyMember, place: number): SketchValue | undefined {
  return answer?.peers[about.indexOf(place)];
}

/** Contradicted by more than half of the other answering power. One pass: a liar's own answers count as well. */
function isContradicted(members: readonly TallyMember[], about: number, own: SketchValue): boolean {
  let others = 0n;
  let against = 0n;
  members.forEach((member, from) => {
    if (from === about || !isAnswering(member)) return;
    others += member.power;
    const answer = answerAbout(member, about);
    if (!answer || !sameSketch(answer, own)) against += member.power;
  });
  return 2n * against > others;
}

/**
 * Of a large committee, where each member is checked by a few: two members agree when one answered for the other what that
 * one found itself. Who is not linked by agreement to more than half of the answering power is contradicted. A few liars
 * around an honest member cannot cut it off, since its own answers for others link it as well; a guess agrees with nobody.
 */
function outsiders(members: readonly TallyMember[]): readonly boolean[] {
  const group = members.map((_, place) => place);
  const find = (place: number): number => {
    let at = place;
    while (group[at] !== at) at = group[at] as number;
    return at;
  };
  members.forEach((member, from) => {
    if (!isAnswering(member)) return;
    for (const place of member.about) {
      const other = members[place];
      if (!other || !isAnswering(other)) continue;
      const answer = answerAbout(member, place);
      if (answer && sameSketch(answer, other.answer.own)) group[find(from)] = find(place);
    }
  });
  const powers = members.map(() => 0n);
  members.forEach((member, place) => {
    if (isAnswering(member)) powers[find(place)] = (powers[find(place)] as bigint) + member.power;
  });
  const total = sum(powers);
  return members.map((member, place) => isAnswering(member) && 2n * (powers[find(place)] as bigint) <= total);
}

function voidedOf(members: readonly TallyMember[]): readonly boolean[] {
  const equivocated = members.map(({ answer }) => answer?.equivocated === true);
  if (members.length > MAX_PEER_COMMITTEE) {
    const out = outsiders(members);
    return equivocated.map((twice, place) => twice || out[place] === true);
  }
  return members.map(
    (member, place) =>
      equivocated[place] === true || (isAnswering(member) && isContradicted(members, place, member.answer.own)),
  );
}

/** Decides one claim. `opened`: the poster's opening matched its hash in time, or the kind needs none. */
export function tally(members: readonly TallyMember[], opened: boolean): TallyResult {
  const voided = voidedOf(members);
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
