import { isOn } from "../../cilium/model/agentBoolean";
import { NAME_KEY } from "../../cilium/model/agentConfig";
import type { Member } from "../../mesh/model/mesh";
import type { Problem } from "../../mesh/model/problem";
import { identityIn, liveIdentity, otherThanRecorded, sameCluster } from "./identity";
import { agentSettings } from "./liveCluster";
import type { Found, PreflightPolicy } from "./policy";

/** Clusters that are not what they should be, or cannot be in this mesh: whatever else is found there comes of it, or is work in vain. */
export interface RuledOut {
  readonly clusters: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** The other member that a context leads to, by the name that the cluster has. */
function otherMember({ member, live }: Found, members: readonly Member[]): string | undefined {
  const { name } = identityIn(live.config?.data ?? {});
  return members.find((other) => other.name === name && other.name !== member.name)?.name;
}

/** Contexts that lead to other members: two that are exchanged are one mistake. */
function wrongContexts(
  found: readonly Found[],
  members: readonly Member[],
  policy: PreflightPolicy,
): readonly Problem[] {
  const leads = new Map(found.map((each) => [each.member.name, otherMember(each, members)]));
  return found.flatMap((each): readonly Problem[] => {
    const { name } = each.member;
    const other = leads.get(name);
    if (other === undefined) {
      return [];
    }
    if (leads.get(other) !== name) {
      return liveIdentity(each, members, policy).filter(({ property }) => property === `live ${NAME_KEY}`);
    }
    const reason = `leads to cluster ${JSON.stringify(other)}, and that of ${JSON.stringify(other)} to this one`;
    return name < other
      ? [{ cluster: name, property: "context", reason, allowed: "exchange the two contexts or kubeconfigs" }]
      : [];
  });
}

/** What no cluster of this mesh can be. */
export function unfit({ member, live }: Found, { names }: PreflightPolicy): readonly Problem[] {
  const at = { cluster: member.name };
  const settings = agentSettings(live);
  if (settings === undefined) {
    return live.agent === undefined
      ? [
          {
            ...at,
            property: "Cilium",
            reason: `is not in namespace ${names.namespace}: neither ConfigMap ${names.configMap} nor DaemonSet ${names.daemonSet} is there`,
            allowed: "install Cilium there, or name namespace and objects of your installation (clustermesh:cilium)",
          },
        ]
      : [];
  }
  // The agent's own defaults (`pkg/option/config.go`): identities go to the kvstore, unless there is none.
  const mode = settings["identity-allocation-mode"] ?? ((settings["kvstore"] ?? "") === "" ? "crd" : "kvstore");
  return [
    ...(mode === "crd"
      ? [
          {
            ...at,
            property: "live identity-allocation-mode",
            value: mode,
            reason:
              "keeps this cluster's identities in its API server, and peers of this mesh read them from an etcd of Cilium's own",
            allowed:
              "this program needs clusters in kvstore mode: leave this one out (the mode of a cluster with running pods is not changed for it)",
          },
        ]
      : []),
    ...(isOn(settings["enable-ztunnel"])
      ? [
          {
            ...at,
            property: "live enable-ztunnel",
            value: settings["enable-ztunnel"],
            reason: "does not go with ClusterMesh: agents with a cluster id do not start",
            allowed: "leave this cluster out of the mesh",
          },
        ]
      : []),
  ];
}

/** Finds the clusters of which one thing alone is worth saying. */
export function ruledOut(found: readonly Found[], members: readonly Member[], policy: PreflightPolicy): RuledOut {
  const twice = sameCluster(found);
  const isTwice = new Set(twice.map(({ cluster }) => cluster));
  const once = found.filter(({ member }) => !isTwice.has(member.name));
  const elsewhere = once.filter((each) => otherMember(each, members) !== undefined);
  const here = once.filter((each) => !elsewhere.includes(each));
  const others = here.flatMap((each) => otherThanRecorded(each, policy));
  const isOther = new Set(others.map(({ cluster }) => cluster));
  const unfitting = here.filter(({ member }) => !isOther.has(member.name)).flatMap((each) => unfit(each, policy));
  return {
    clusters: new Set([
      ...twice.flatMap(({ cluster }) => cluster ?? []),
      ...elsewhere.map(({ member }) => member.name),
      ...[...others, ...unfitting].flatMap(({ cluster }) => cluster ?? []),
    ]),
    problems: [...twice, ...wrongContexts(once, members, policy), ...others, ...unfitting],
  };
}
