/** Go's words for a switch that is on (`strconv.ParseBool`), by which agents read their options. */
const ON: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/**
 * Whether a switch of Cilium's is on. What is neither on nor off in Go's words counts as off: so an agent takes it from its environment, and
 * with such a value in its ConfigMap it does not start.
 *
 * @param fallback What it is where nothing is said. @default false
 */
export const isOn = (value: string | undefined, fallback = false): boolean =>
  value === undefined ? fallback : ON.has(value);
