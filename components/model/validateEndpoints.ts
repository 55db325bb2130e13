import { isIPAddress } from "./cidr";
import { endpointKey, parseEndpoint, type Endpoint } from "./endpoint";
import { endpointsOf, type Member } from "./mesh";
import { isHostName } from "./names";
import type { Problem } from "./problem";

function readEndpoints(member: Member): readonly Problem[] {
  const { endpoints } = member.etcd;
  const allowed = "use URLs like https://10.1.1.1:2379 or https://etcd.example.com:2379";
  if (endpoints.length === 0) {
    return [{ cluster: member.name, property: "etcd.endpoints", value: [], reason: "is empty", allowed }];
  }
  return endpoints.flatMap((url, index): Problem[] => {
    const parsed = parseEndpoint(url);
    const property = `etcd.endpoints[${String(index)}]`;
    return parsed.ok ? [] : [{ cluster: member.name, property, value: url, reason: parsed.reason, allowed }];
  });
}

function readApiServerEtcd(member: Member): readonly Problem[] {
  return (member.apiServerEtcd ?? []).flatMap((url, index): Problem[] => {
    const parsed = parseEndpoint(url);
    const property = `apiServerEtcd[${String(index)}]`;
    const allowed = "use the URL that kube-apiserver has in --etcd-servers";
    return parsed.ok ? [] : [{ cluster: member.name, property, value: url, reason: parsed.reason, allowed }];
  });
}

function readHostAliases(member: Member): readonly Problem[] {
  const dialled = new Set(endpointsOf(member.etcd.endpoints).map((endpoint) => endpoint.host));
  return Object.entries(member.etcd.hostAliases ?? {}).flatMap(([host, ips]): Problem[] => {
    const property = `etcd.hostAliases.${host}`;
    const at = { cluster: member.name, property };
    const wrongIPs = ips.filter((ip) => !isIPAddress(ip));
    return [
      ...(isHostName(host) && !isIPAddress(host)
        ? []
        : [{ ...at, value: host, reason: "is not a DNS name", allowed: "use the host name of an endpoint" }]),
      ...(dialled.has(host.toLowerCase())
        ? []
        : [
            {
              ...at,
              value: host,
              reason: "is the host of no endpoint",
              allowed: "name a host of etcd.endpoints, or remove it",
            },
          ]),
      ...(ips.length === 0
        ? [{ ...at, value: [], reason: "is empty", allowed: "list the addresses behind the name" }]
        : []),
      ...wrongIPs.map((ip) => ({
        ...at,
        value: ip,
        reason: "is not an IP address",
        allowed: "use an IPv4 or IPv6 address",
      })),
    ];
  });
}

/** One problem for each endpoint that is in `forbidden` (by {@link endpointKey}, with the reason to give). */
export function forbiddenEndpoints(
  member: { readonly name: string; readonly etcd: { readonly endpoints: readonly string[] } },
  forbidden: ReadonlyMap<string, string>,
): readonly Problem[] {
  return member.etcd.endpoints.flatMap((url, index): Problem[] => {
    const parsed = parseEndpoint(url);
    const reason = parsed.ok ? forbidden.get(endpointKey(parsed.endpoint)) : undefined;
    if (reason === undefined) {
      return [];
    }
    const allowed =
      "give Cilium an etcd of its own: whoever can read the API server's etcd can read every Secret of the cluster";
    return [{ cluster: member.name, property: `etcd.endpoints[${String(index)}]`, value: url, reason, allowed }];
  });
}

/** `forbidden` for {@link forbiddenEndpoints}: the API servers' etcds that the configuration names. */
function declaredApiServerEtcds(members: readonly Member[]): ReadonlyMap<string, string> {
  const declared = members.flatMap((member) =>
    endpointsOf(member.apiServerEtcd ?? []).map((endpoint): [Endpoint, string] => [endpoint, member.name]),
  );
  return new Map(
    declared.map(([endpoint, name]) => [
      endpointKey(endpoint),
      `is the etcd of the API server of cluster ${JSON.stringify(name)}`,
    ]),
  );
}

function sharedEndpoints(members: readonly Member[]): readonly Problem[] {
  const firstWith = new Map<string, string>();
  return members.flatMap((member) =>
    endpointsOf(member.etcd.endpoints).flatMap((endpoint): Problem[] => {
      const key = endpointKey(endpoint);
      const first = firstWith.get(key) ?? member.name;
      firstWith.set(key, first);
      if (first === member.name) {
        return [];
      }
      const reason = `is also an endpoint of cluster ${JSON.stringify(first)}`;
      return [
        {
          cluster: member.name,
          property: "etcd.endpoints",
          value: endpoint.url,
          reason,
          allowed: "each cluster needs an etcd of its own",
        },
      ];
    }),
  );
}

/** The etcd endpoints of the whole mesh: readable, one etcd a cluster, and never the one behind an API server. */
export function validateEndpoints(members: readonly Member[]): readonly Problem[] {
  const forbidden = declaredApiServerEtcds(members);
  return [
    ...members.flatMap((member) => [
      ...readEndpoints(member),
      ...readApiServerEtcd(member),
      ...readHostAliases(member),
      ...forbiddenEndpoints(member, forbidden),
    ]),
    ...sharedEndpoints(members),
  ];
}
