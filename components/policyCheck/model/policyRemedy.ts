import type { MeshChange } from "./meshChange";
import type { Cause } from "./policyEffects";
import { CLUSTER_LABEL, NAMESPACE_LABEL } from "./policyLabels";

const NAMESPACES = `${NAMESPACE_LABEL} Exists`;

const isIn = (names: readonly string[]): string => `${CLUSTER_LABEL} In [${names.join(", ")}]`;

const clustersOf = ({ found }: Cause): readonly string[] => [...new Set(found.map(({ after }) => after.cluster))];

/** Beginning of a field's name: `fromEndpoints`, `toEndpoints`. */
function direction({ place }: Cause): "from" | "to" {
  return place.kind !== "subject" && place.direction === "out" ? "to" : "from";
}

/** The cluster's own names: each of its policies has to do under both. */
const ownNames = ({ from, to }: MeshChange): readonly string[] => [...new Set([to, from])];

/** What finds peers of the mesh in such a rule. */
function members(cause: Cause): string {
  const named = isIn(clustersOf(cause));
  const whats = cause.found.map(({ what }) => what);
  const pods = {
    cilium: `${direction(cause)}Endpoints (${named}, ${NAMESPACES})`,
    kubernetes: `a peer of namespaceSelector {} and podSelector (${named})`,
    admin: `pods (namespaceSelector {}, podSelector with ${named})`,
  };
  // No other peer of a NetworkPolicy can mean nodes.
  const nodes = {
    cilium: `${direction(cause)}Entities (remote-node, which has its own nodes too)`,
    kubernetes: "",
    admin: `nodes (${named})`,
  };
  const { dialect } = cause.form;
  const said = [whats.includes("pods") ? pods[dialect] : "", whats.includes("nodes") ? nodes[dialect] : ""];
  return said.filter((each) => each !== "").join(" and ");
}

/** What an entity means in the own cluster, written out. */
function writtenOut({ form, ...cause }: Cause, names: readonly string[]): string {
  const toOrFrom = direction({ form, ...cause });
  const nodes = `nodes by ${toOrFrom}Nodes (${isIn(names)}; for agents with enable-node-selector-labels)`;
  switch (form.entity) {
    case "remote-node":
      return `name instead of it: ${nodes}`;
    case "cluster":
    case "cluster-mesh":
      return `name instead of it: host and kube-apiserver, pods by ${toOrFrom}Endpoints (${isIn(names)}, ${NAMESPACES}), ${nodes}`;
    default:
      return "remove it: it cannot tell clusters apart";
  }
}

function ofOwnName({ way, form }: Cause, change: MeshChange): string {
  const names = ownNames(change).join(", ");
  const both = form.excludes
    ? `NotIn [${names}, …]${way === "lost" ? `, or In [${names}] where this cluster is meant` : ""}`
    : `In [${names}]`;
  return `remove it, or have it mean the same under both names (${both})`;
}

/** Of peers that become members, or members that become a part of the world. */
function ofLost(cause: Cause): string {
  const { place, form, found } = cause;
  const denies = place.kind === "deny";
  if (found.some(({ before }) => before.kind === "outside")) {
    if (!denies) {
      const how = members(cause);
      return how === ""
        ? "leave it: it cannot name nodes"
        : `leave it unless they are to get through; then name them by ${how}`;
    }
    const where = form.dialect === "admin" ? ", in the same rule:" : ": more rules beside it, with the same ports, of";
    return `name them as well${where} ${members(cause)}`;
  }
  if (!denies) {
    const addresses = { cilium: `${direction(cause)}CIDR`, kubernetes: "ipBlock", admin: "networks" };
    return `leave it unless they are to get through; then name them by ${addresses[form.dialect]}`;
  }
  return form.dialect === "admin"
    ? "remove it, or accept that, and deny their addresses (networks)"
    : `remove it, or deny the world too: one more rule beside it, with the same ports, of ${direction(cause)}Entities (world), or of ${direction(cause)}CIDR with all their addresses`;
}

/** Of peers that are let in, for whom the policy does not ask. */
function ofStrangers(cause: Cause, change: MeshChange): string {
  const { form } = cause;
  const otherClusters = clustersOf(cause);
  if (otherClusters.includes(change.from)) return "remove it: that name is another cluster's then";
  const own = isIn(ownNames(change).filter((name) => !otherClusters.includes(name)));
  if (form.kind === "entity" && form.entity === "cluster-mesh") {
    const peers = `${direction(cause)}Endpoints for the clusters that it is for (${isIn(otherClusters)})`;
    return `remove it, or write cluster instead, and beside it a rule of ${peers}`;
  }
  if (form.kind === "namespaces") {
    const how = form.dialect === "admin" ? "write pods instead, with a podSelector" : "add a podSelector beside it";
    return `remove it, or ${how} that names the clusters that it is for (${own})`;
  }
  return `remove it, or have it name the clusters that it is for (${own})`;
}

function ofDenied(cause: Cause, change: MeshChange): string {
  const { form, by } = cause;
  if (by === "name") {
    return `leave it where that is meant; otherwise have it name other clusters than ${clustersOf(cause).join(", ")}`;
  }
  const own = ownNames(change);
  const otherwise = {
    entity: writtenOut(cause, own),
    namespaces: "write pods instead, with a podSelector that names the clusters that it is for",
    pods: `have it name the clusters that it is for (${isIn(own)})`,
    nodes: `have it name the clusters that it is for (${isIn(own)})`,
    addresses: "leave theirs out",
  };
  return `leave it where they are meant; otherwise ${otherwise[form.kind]}`;
}

function withoutTheirs(cause: Cause): string {
  const except = {
    cilium: `${direction(cause)}CIDRSet with except`,
    kubernetes: "ipBlock with except",
    admin: "networks",
  };
  return `name addresses instead, without theirs (${except[cause.form.dialect]})`;
}

/** What there is to do about a policy that means something else then: an edit that can be made in that kind of rule. */
export function remedy(change: MeshChange, cause: Cause): string {
  const { place, way, by, found } = cause;
  if (by === "own") return ofOwnName(cause, change);
  if (way === "lost") return ofLost(cause);
  const denies = place.kind === "deny";
  if (found.some(({ after }) => after.kind === "outside")) {
    return `leave it where they ${denies ? "are meant" : "may"}; otherwise ${withoutTheirs(cause)}`;
  }
  if (denies || by === "name") return ofDenied(cause, change);
  return by === "nodes"
    ? `leave it where those nodes may; otherwise ${writtenOut(cause, ownNames(change))}`
    : ofStrangers(cause, change);
}
