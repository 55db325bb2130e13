import { ID_KEY, NAME_KEY } from "../agentConfig";
import type { Member } from "../mesh";
import { UNMESHED_NAME } from "../names";
import type { Problem } from "../problem";
import type { Found } from "./policy";

/** A live name or id that says: this is another cluster, another mesh, or a member whose id would change under it. */
export function liveIdentity({ member, live }: Found, members: readonly Member[]): readonly Problem[] {
  const name = live.config?.data[NAME_KEY] ?? UNMESHED_NAME;
  const id = live.config?.data[ID_KEY] ?? "0";
  const meshed = id !== "0" && id !== "";
  const problem = (property: string, value: string, reason: string, allowed: string): readonly Problem[] => [
    { cluster: member.name, property: `live ${property}`, value, reason, allowed },
  ];
  if (name !== member.name && members.some((other) => other.name === name)) {
    return problem(NAME_KEY, name, "is the name of another member", "point context or kubeconfig at the right cluster");
  }
  if (meshed && name !== member.name) {
    const allowed = `take the cluster out of that mesh first, or list it as ${JSON.stringify(name)}`;
    return problem(NAME_KEY, name, `is that of a cluster meshed with id ${id}`, allowed);
  }
  if (meshed && id !== String(member.id)) {
    const other = members.find((each) => String(each.id) === id);
    const reason =
      other === undefined
        ? `cannot become ${String(member.id)}: the id of a meshed cluster does not change`
        : `is the id of member ${JSON.stringify(other.name)}`;
    const allowed = `declare id ${id}, or take the cluster out of the mesh first and give it a new name with the new id`;
    return problem(ID_KEY, id, reason, allowed);
  }
  return [];
}

/** Two names for one cluster: the contexts lead to the same place. */
export function sameCluster(found: readonly Found[]): readonly Problem[] {
  const firstWith = new Map<string, string>();
  return found.flatMap(({ member, live }): Problem[] => {
    const first = firstWith.get(live.uid) ?? member.name;
    firstWith.set(live.uid, first);
    if (first === member.name || live.uid === "") {
      return [];
    }
    const reason = `leads to the same cluster as ${JSON.stringify(first)}`;
    return [
      {
        cluster: member.name,
        property: "context",
        reason,
        allowed: "give each member the context or kubeconfig of its own cluster",
      },
    ];
  });
}
