/** A logarithmic axis. */
export interface Scale {
  readonly at: (value: number) => number;
  /** Powers of ten that it reaches. */
  readonly ticks: readonly number[];
}

const MARGIN = 1.25;

/** An axis that holds all values, from one position to another. */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const least = Math.min(...values, ...(values.length === 0 ? [1] : [])) / MARGIN;
  const most = Math.max(...values, ...(values.length === 0 ? [10] : [])) * MARGIN;
  const [low, high] = [Math.log10(least), Math.log10(most)];
  const powers = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, i) => Math.ceil(low) + i,
  );
  return {
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: powers.map((power) => Number((10 ** power).toPrecision(1))),
  };
}
