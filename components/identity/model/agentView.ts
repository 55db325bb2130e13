import type { Counterpart } from "./counterparts";

/** What an agent knows of identities that are about to be used. */
export interface AgentView {
  /** The identities that it knows. */
  readonly known: ReadonlySet<number>;
  /** By endpoint, the identities that its policy has entries for. */
  readonly allowed: readonly ReadonlySet<number>[];
}

/** What `cilium-dbg identity list` prints: numbers, with blanks between them. */
export const KNOWN_COMMAND = ["cilium-dbg", "identity", "list", "-o", "jsonpath={[*].id}"] as const;

/** What `cilium-dbg bpf policy get` prints: a line for each endpoint. */
export const ALLOWED_COMMAND = [
  "cilium-dbg",
  "bpf",
  "policy",
  "get",
  "--all",
  "-o",
  'jsonpath={range [*]}{range .Content[*]}{.Key.Identity}{" "}{end}{"\\n"}{end}',
] as const;

const numbersIn = (text: string): ReadonlySet<number> =>
  new Set((text.match(/\d+/g) ?? []).map(Number).filter(Number.isSafeInteger));

/** Reads what both commands have printed. */
export const agentView = (known: string, allowed: string): AgentView => ({
  known: numbersIn(known),
  allowed: allowed.split("\n").flatMap((line) => (line.trim() === "" ? [] : [numbersIn(line)])),
});

/** How many counterparts an agent does not know, and how many endpoints' policies have an identity and not its counterpart. */
export function lacking(
  view: AgentView,
  pairs: readonly Counterpart[],
): { readonly unknown: number; readonly behind: number } {
  return {
    unknown: pairs.filter(({ to }) => !view.known.has(to)).length,
    behind: view.allowed.filter((of) => pairs.some(({ from, to }) => of.has(from) && !of.has(to))).length,
  };
}
