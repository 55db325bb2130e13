import { isLookOff } from "./findings";
import type { Finding, Preview } from "./preview";

/** What a run does to the agents of a cluster, as far as the live checks have seen them. */
export type Rolling =
  /** Nobody has looked at them. */
  | { readonly kind: "unknown" }
  /** They run with name and id. */
  | { readonly kind: "none" }
  | {
      readonly kind: "all" | "outdated";
      /** How many there are; absent where the cluster does not say. */
      readonly count?: number;
      /** Absent where nothing is said of it: then it is once in most cases. */
      readonly times?: "once" | "three times";
    };

const SAID = /^agents (?:(\d{1,6}) )?(roll|are restarted)\b/;
const TIMES = /\bchange in (one|three) roll-outs? of the agents\b/;

function timesIn(said: readonly Finding[]): { readonly times?: "once" | "three times" } {
  const [number] = said.flatMap(({ text }) => TIMES.exec(text)?.[1] ?? []);
  return number === undefined ? {} : { times: number === "three" ? "three times" : "once" };
}

/** What a preview says of the agents of a cluster that it changes. */
export function rollingOf(cluster: string, { outcome, onPaper, findings }: Omit<Preview, "steps">): Rolling {
  const said = findings.filter((each) => each.cluster === cluster);
  const [about] = said.filter((each) => each.about === "agents");
  const [, count, what] = SAID.exec(about?.text ?? "") ?? [];
  if (what !== undefined) {
    const kind = what === "roll" ? "all" : "outdated";
    return { kind, ...(count === undefined ? {} : { count: Number(count) }), ...timesIn(said) };
  }
  const isSeen = about === undefined && outcome === "succeeded" && !onPaper && !findings.some(isLookOff);
  return { kind: isSeen ? "none" : "unknown" };
}
