import { contains, parseCIDR } from "../cidr";
import type { ReachableCluster } from "../liveCluster";
import type { Member } from "../mesh";
import type { Problem } from "../problem";
import { idFault, isENILike } from "../validateIdentity";
import type { Found, PreflightPolicy } from "./policy";

/** Settings that all clusters of a mesh must share; a missing one has Cilium's default. */
const SHARED_SETTINGS: readonly { readonly key: string; readonly fallback: string }[] = [
  { key: "max-connected-clusters", fallback: "255" },
  { key: "routing-mode", fallback: "tunnel" },
  { key: "tunnel-protocol", fallback: "vxlan" },
  { key: "enable-wireguard", fallback: "false" },
];

function liveSetting(live: ReachableCluster, key: string, fallback: string): string | undefined {
  return live.config === undefined ? undefined : (live.config.data[key] ?? fallback);
}

/** A setting that is not the same everywhere: a line for each cluster that differs from the most common value. */
export function differingSettings(found: readonly Found[]): readonly Problem[] {
  const tunnelled = found.some(({ live }) => liveSetting(live, "routing-mode", "tunnel") === "tunnel");
  return SHARED_SETTINGS.filter(({ key }) => key !== "tunnel-protocol" || tunnelled).flatMap(({ key, fallback }) => {
    const values = found.flatMap(({ member, live }) => {
      const value = liveSetting(live, key, fallback);
      return value === undefined ? [] : [{ cluster: member.name, value }];
    });
    const counts = new Map<string, number>();
    values.forEach(({ value }) => counts.set(value, (counts.get(value) ?? 0) + 1));
    const common = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
    const reference = values.find(({ value }) => value === common);
    return values
      .filter(({ value }) => value !== common)
      .map(({ cluster, value }): Problem => ({
        cluster,
        property: `live ${key}`,
        value,
        reason: `differs from ${JSON.stringify(common)} of cluster ${JSON.stringify(reference?.cluster)}`,
        allowed: "install Cilium with the same value in every cluster of the mesh",
      }));
  });
}

/** Settings of one cluster that no mesh, or not this one, can have. */
export function liveSettings({ member, live }: Found, policy: PreflightPolicy): readonly Problem[] {
  const data = live.config?.data;
  if (data === undefined) {
    return [];
  }
  const at = { cluster: member.name };
  const max = data["max-connected-clusters"] ?? "255";
  // The agent's own defaults (`pkg/option/config.go`): identities go to the kvstore, unless there is none.
  const identityMode = data["identity-allocation-mode"] ?? ((data["kvstore"] ?? "") === "" ? "crd" : "kvstore");
  const ipam = [data["ipam"], data["cni-chaining-mode"]].find(isENILike);
  // An id that is wrong whatever the clusters say is told with the configuration.
  const onPaper = idFault(member.id, policy.maxConnectedClusters);
  const fault = onPaper === undefined ? idFault(member.id, policy.maxConnectedClusters, ipam) : undefined;
  return [
    ...(max === String(policy.maxConnectedClusters)
      ? []
      : [
          {
            ...at,
            property: "live max-connected-clusters",
            value: max,
            reason: `is not the declared ${String(policy.maxConnectedClusters)}`,
            allowed: "set clustermesh:maxConnectedClusters to what every cluster was installed with",
          },
        ]),
    ...(identityMode === "crd"
      ? [
          {
            ...at,
            property: "live identity-allocation-mode",
            value: identityMode,
            reason: "never writes this cluster's identities to its etcd",
            allowed: "install Cilium with identityAllocationMode=kvstore or doublewrite-readkvstore",
          },
        ]
      : []),
    ...(fault === undefined ? [] : [{ ...at, ...fault }]),
  ];
}

/** A native-routing CIDR that leaves out some cluster's pods: they are masqueraded, and lose their identity on the way. */
export function nativeRouting({ member, live }: Found, members: readonly Member[]): readonly Problem[] {
  const data = live.config?.data ?? {};
  if ((data["routing-mode"] ?? "tunnel") !== "native") {
    return [];
  }
  return ([4, 6] as const).flatMap((family) => {
    const key = `ipv${String(family)}-native-routing-cidr`;
    const parsed = data[key] === undefined ? undefined : parseCIDR(data[key]);
    if (parsed?.ok !== true) {
      return [];
    }
    return members.flatMap((other) =>
      other.podCIDRs.flatMap((text): Problem[] => {
        const pods = parseCIDR(text);
        if (!pods.ok || pods.range.family !== family || contains(parsed.range, pods.range)) {
          return [];
        }
        const reason = `does not cover podCIDR ${text} of cluster ${JSON.stringify(other.name)}`;
        return [
          {
            cluster: member.name,
            property: `live ${key}`,
            value: data[key],
            reason,
            allowed: "widen it in every cluster",
          },
        ];
      }),
    );
  });
}
