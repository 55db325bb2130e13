import { isLookOff } from "./findings";
import type { Finding, Preview } from "./preview";

/** What a run does to the agents of a cluster, as far as the live checks have seen them. */
export type Rolling =
  /** Nobody has looked at them. */
  | {
      readonly kind: "unknown";
      /** Absent where the rest of the comment has it. */
      readonly why?: string;
    }
  /** The cluster was looked at, and none of them roll for name and id. */
  | { readonly kind: "none" }
  /** It was looked at, and is to have none. */
  | { readonly kind: "noAgents" }
  | {
      readonly kind: "all" | "outdated";
      /** How many there are; absent where the cluster does not say. */
      readonly count?: number;
      /** Absent where nothing is said of it: then it is once in most cases. */
      readonly times?: "once" | "three times";
    };

/*
 * As `rollingAgents`, `leavingAgents` and `ofRollOuts` say it, from the beginning of a text, where those words alone are: what a cluster says stands
 * behind them, or in quotes.
 */
const ROLL =
  /^(?:(\d{1,6}) )?agents? (?:rolls?, to run with the name and id of the mesh|rolls? where (?:it gets|they get) back a name or id of before);/;
const RESTART = /^(?:(\d{1,6}) )?agents? (?:is|are) restarted where (?:it runs|they run) with another name or id;/;
const NO_AGENTS = /^no agent rolls: there are no agents;/;
const NOT_LOOKED_AT = /^agents were not looked at \(([^;()]{1,200})\), so how many roll is not known;/;
const TIMES =
  /^policies (?:\d+ are there|may be there \([^;()"]{0,1000}\)), (?:so|and) name and id change in (one|three) roll-outs? of the agents[,:]/;

/** Whether it says how many agents roll, or how many times. */
export const isOfAgents = ({ about, text }: Finding): boolean =>
  about === "agents" || (about === "policy" && TIMES.test(text));

function timesIn(said: readonly Finding[]): { readonly times?: "once" | "three times" } {
  const [number] = said.flatMap(({ about, text }) => (about === "policy" ? (TIMES.exec(text)?.[1] ?? []) : []));
  return number === undefined ? {} : { times: number === "three" ? "three times" : "once" };
}

const counted = (count: string | undefined) => (count === undefined ? {} : { count: Number(count) });

/** What is said of a cluster's agents; unknown too where the words are none of those above. */
function saidOf({ text }: Finding, said: readonly Finding[]): Rolling {
  const all = ROLL.exec(text);
  if (all !== null) return { kind: "all", ...counted(all[1]), ...timesIn(said) };
  const some = RESTART.exec(text);
  if (some !== null) return { kind: "outdated", ...counted(some[1]), ...timesIn(said) };
  if (NO_AGENTS.test(text)) return { kind: "noAgents" };
  const why = NOT_LOOKED_AT.exec(text)?.[1];
  return { kind: "unknown", ...(why === undefined ? {} : { why }) };
}

/** Messages are left out from the end, and before what is said of agents stand errors alone: where nothing else is left, some of it may be missing. */
const mayLack = ({ findings, findingsLeft }: Pick<Preview, "findings" | "findingsLeft">): boolean =>
  findingsLeft > 0 && findings.every((each) => each.severity === "error" || isOfAgents(each));

/** What a preview says of the agents of a cluster that it changes. */
export function rollingOf(cluster: string, preview: Omit<Preview, "steps">): Rolling {
  const { outcome, onPaper, findings } = preview;
  const said = findings.filter((each) => each.cluster === cluster);
  const [about] = said.filter((each) => each.about === "agents");
  if (about !== undefined) return saidOf(about, said);
  if (mayLack(preview)) return { kind: "unknown", why: "messages are left out" };
  const isSeen = outcome === "succeeded" && !onPaper && !findings.some(isLookOff);
  return { kind: isSeen ? "none" : "unknown" };
}
