/** Area under the curve: the chance that a mislabelled row looks more suspicious than a right one, ties half. */
export function areaUnderCurve(suspicion: ArrayLike<number>, bad: ArrayLike<boolean | number>): number {
  const order = Array.from(suspicion, (_, i) => i).sort((a, b) => suspicion[a]! - suspicion[b]!);
  let [rankSum, count] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && suspicion[order[end]!] === suspicion[order[start]!]) end++;
    for (let k = start; k < end; k++) {
      if (!bad[order[k]!]) continue;
      rankSum += (start + end + 1) / 2;
      count++;
    }
    start = end;
  }
  return (rankSum - (count * (count + 1)) / 2) / (count * (order.length - count));
}

/** Standard error of an area from `bad` and `right` rows (Hanley and McNeil 1982, equation 1). */
export function areaError(area: number, bad: number, right: number): number {
  const [q1, q2] = [area / (2 - area), (2 * area * area) / (1 + area)];
  const spread = area * (1 - area) + (bad - 1) * (q1 - area * area) + (right - 1) * (q2 - area * area);
  return Math.sqrt(Math.max(0, spread) / (bad * right));
}
