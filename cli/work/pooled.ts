/** Results in the order of `inputs`, at most `limit` at a time. The first failure is thrown, and no more are begun. */
export async function pooled<T, R>(
  limit: number,
  inputs: readonly T[],
  work: (input: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(inputs.length);
  let next = 0;
  const worker = async () => {
    while (next < inputs.length) {
      const index = next++;
      try {
        results[index] = await work(inputs[index] as T, index);
      } catch (error) {
        next = inputs.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  return results;
}
