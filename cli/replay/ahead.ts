/** Work on many files that is begun before its turn: reading waits more than it computes. */
const AHEAD_MAX = 16;

/** What `work` gives for each item, in their order; at most 16 are under way. Ends with the first error. */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length >= AHEAD_MAX) yield await begun.shift()!;
  }
  for (const result of begun) yield await result;
}
