import { canonicalIP, isIPAddress } from "./cidr";
import { endpointKey, parseEndpoint, type Endpoint } from "./endpoint";
import { endpointsOf, type EtcdSpec, type Member } from "./mesh";
import { isHostName } from "./names";
import type { Problem } from "./problem";

/** A list of URLs of a cluster's etcd in its configuration. */
interface EndpointList {
  readonly property: string;
  readonly urls: readonly string[];
}

/** As its peers dial it and, where that is given, as the program does. */
function endpointLists({ endpoints, adminEndpoints }: EtcdSpec): readonly EndpointList[] {
  return [
    { property: "etcd.endpoints", urls: endpoints },
    ...(adminEndpoints === undefined ? [] : [{ property: "etcd.adminEndpoints", urls: adminEndpoints }]),
  ];
}

function readEndpoints(member: Member, { property, urls }: EndpointList): readonly Problem[] {
  const allowed = "use URLs like https://10.1.1.1:2379 or https://etcd.example.com:2379";
  if (urls.length === 0) {
    return [{ cluster: member.name, property, value: [], reason: "is empty", allowed }];
  }
  return urls.flatMap((url, index): Problem[] => {
    const parsed = parseEndpoint(url);
    const at = { cluster: member.name, property: `${property}[${String(index)}]` };
    return parsed.ok ? [] : [{ ...at, value: url, reason: parsed.reason, allowed }];
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

/** The keys of the listeners behind an endpoint: with host aliases those of their addresses, for nobody asks a DNS server then. */
export function listenersOf(etcd: EtcdSpec, endpoint: Endpoint): readonly string[] {
  const ips = Object.entries(etcd.hostAliases ?? {})
    .filter(([host]) => host.toLowerCase() === endpoint.host)
    .flatMap(([, addresses]) => addresses.filter(isIPAddress));
  return ips.length === 0
    ? [endpointKey(endpoint)]
    : ips.map((ip) => endpointKey({ ...endpoint, host: canonicalIP(ip) }));
}

/** The keys of all listeners that a cluster's etcd is declared to have. */
export function etcdListeners(etcd: EtcdSpec): readonly string[] {
  return endpointLists(etcd).flatMap(({ urls }) =>
    endpointsOf(urls).flatMap((endpoint) => [endpointKey(endpoint), ...listenersOf(etcd, endpoint)]),
  );
}

/** One problem for each endpoint that is in `forbidden` (by {@link endpointKey}, with the reason to give), by name or behind a host alias. */
export function forbiddenEndpoints(
  member: { readonly name: string; readonly etcd: EtcdSpec },
  forbidden: ReadonlyMap<string, string>,
): readonly Problem[] {
  const urls = endpointLists(member.etcd).flatMap((list) =>
    list.urls.map((url, index) => ({ url, property: `${list.property}[${String(index)}]` })),
  );
  return urls.flatMap(({ url, property }): Problem[] => {
    const parsed = parseEndpoint(url);
    const keys = parsed.ok ? [endpointKey(parsed.endpoint), ...listenersOf(member.etcd, parsed.endpoint)] : [];
    const reason = keys.map((key) => forbidden.get(key)).find((each) => each !== undefined);
    if (reason === undefined) {
      return [];
    }
    const allowed =
      "give Cilium an etcd of its own: whoever can read the API server's etcd can read every Secret of the cluster";
    return [{ cluster: member.name, property, value: url, reason, allowed }];
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
  const lists = members.flatMap((member) => endpointLists(member.etcd).map((list) => ({ member, ...list })));
  return lists.flatMap(({ member, property, urls }) =>
    endpointsOf(urls).flatMap((endpoint): Problem[] => {
      const keys = listenersOf(member.etcd, endpoint);
      const first = keys.map((key) => firstWith.get(key)).find((each) => each !== undefined && each !== member.name);
      keys.forEach((key) => firstWith.set(key, firstWith.get(key) ?? member.name));
      if (first === undefined) {
        return [];
      }
      const reason = `is also an endpoint of cluster ${JSON.stringify(first)}`;
      return [
        {
          cluster: member.name,
          property,
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
      ...endpointLists(member.etcd).flatMap((list) => readEndpoints(member, list)),
      ...readApiServerEtcd(member),
      ...readHostAliases(member),
      ...forbiddenEndpoints(member, forbidden),
    ]),
    ...sharedEndpoints(members),
  ];
}
