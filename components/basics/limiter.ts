/** Lets so many at once do something; the others wait for their turn, first come, first served. */
export function limiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let working = 0;
  return async (work) => {
    if (working === limit) {
      await new Promise<void>((turn) => waiting.push(turn));
    } else {
      working += 1;
    }
    try {
      return await work();
    } finally {
      // The next waiter takes over the place.
      const next = waiting.shift();
      if (next === undefined) working -= 1;
      else next();
    }
  };
}
