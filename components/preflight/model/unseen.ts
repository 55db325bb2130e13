import { groupBy } from "../../basics/model/lists";
import { info, unseens, type Diagnostic } from "../../mesh/model/diagnostic";
import { clusterNames } from "./listed";

/** Something of a cluster that could not be looked at: what would have been compared, and why it was not. */
export function unseen(cluster: string, property: string, reason: string): Diagnostic {
  return { severity: "unseen", cluster, property, reason, fix: "see that it is right" };
}

/** One line for all that could not be looked at; nothing where everything was. */
export function unseenNote(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = groupBy(unseens(all), ({ property, reason }) => JSON.stringify([property, reason]));
  const said = [...groups.values()].map((group) => {
    const names = new Set(group.flatMap(({ cluster }) => cluster ?? []));
    return `${group[0]?.property ?? ""} of ${clusterNames([...names])} (${group[0]?.reason ?? ""})`;
  });
  const reason = `could not compare ${said.join(", ")}`;
  const fix = "see that these are right; the rest was compared";
  return said.length === 0 ? [] : [info({ property: "live checks", reason, fix })];
}
