import type { Problem } from "../../mesh/model/problem";

/** Something of a cluster that could not be looked at. */
export interface Unseen {
  readonly cluster: string;
  /** What would have been compared. */
  readonly what: string;
  readonly why: string;
}

/** What came of looking at live clusters. */
export interface Findings {
  readonly problems: readonly Problem[];
  /** Worth saying, but no reason to stop. */
  readonly warnings: readonly Problem[];
  readonly unseen: readonly Unseen[];
}

/** Findings of which only some kinds are there. */
export function findings(some: Partial<Findings>): Findings {
  return { problems: [], warnings: [], unseen: [], ...some };
}

/** All of them together, in their order. */
export function together(all: readonly Findings[]): Findings {
  return {
    problems: all.flatMap(({ problems }) => problems),
    warnings: all.flatMap(({ warnings }) => warnings),
    unseen: all.flatMap(({ unseen }) => unseen),
  };
}

const SHOWN = 5;

/** Names or values in a message: the first ones, and how many more there are. */
export function listed(all: readonly string[], shown = SHOWN): string {
  const rest = all.length - shown;
  return [...all.slice(0, shown), ...(rest > 0 ? [`${String(rest)} more`] : [])].join(", ");
}

/** The names of clusters in a message. */
export function clusterNames(names: readonly string[]): string {
  return `cluster${names.length === 1 ? "" : "s"} ${listed(names.map((name) => JSON.stringify(name)))}`;
}

/** One line for all that could not be looked at, with what was; nothing where everything was. */
export function unseenNote(unseen: readonly Unseen[], compared: readonly string[]): readonly Problem[] {
  const groups = new Map<string, Unseen[]>();
  unseen.forEach((each) => {
    const key = JSON.stringify([each.what, each.why]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  });
  const said = [...groups.values()].map((group) => {
    const names = [...new Set(group.map(({ cluster }) => cluster))];
    return `${group[0]?.what ?? ""} of ${clusterNames(names)} (${group[0]?.why ?? ""})`;
  });
  return said.length === 0
    ? []
    : [
        {
          property: "live checks",
          reason: `could not compare ${said.join(", ")}`,
          fix: `see that these are right; compared were ${compared.join(", ")}`,
        },
      ];
}
