import { limiter } from "./limiter";

/** `Promise.all` over a function, with at most `limit` calls under way: a mesh has up to 511 clusters, a machine a few cores. */
export function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const turn = limiter(limit);
  return Promise.all(items.map((item) => turn(() => map(item))));
}
