import { canonicalIP, isIPAddress } from "./cidr";
import { endpointKey, parseEndpoint, type Endpoint } from "./endpoint";
import { endpointsOf, type EtcdSpec, type Cluster, type PartlyKnown } from "./mesh";
import { isHostName } from "./names";
import { error, type Diagnostic } from "./diagnostic";
import { PUBLICATIONS } from "./publication";

/** A list of URLs of a cluster's etcd in its configuration. */
interface EndpointList {
  readonly property: string;
  readonly urls: readonly string[];
}

type Dialled = Pick<Cluster, "publishes" | "etcd">;

/** As its peers dial it and, where that is given, as the program does. */
function endpointLists({ publishes, etcd }: Dialled): readonly EndpointList[] {
  const { endpoints, adminEndpoints } = etcd;
  const { property } = PUBLICATIONS[publishes];
  return [
    { property: `${property}.endpoints`, urls: endpoints },
    ...(adminEndpoints === undefined ? [] : [{ property: `${property}.adminEndpoints`, urls: adminEndpoints }]),
  ];
}

function readEndpoints(cluster: Pick<Cluster, "name">, { property, urls }: EndpointList): readonly Diagnostic[] {
  const fix = "use URLs like https://10.1.1.1:2379 or https://etcd.example.com:2379";
  if (urls.length === 0) {
    return [error({ cluster: cluster.name, property, value: [], reason: "is empty", fix })];
  }
  return urls.flatMap((url, index): Diagnostic[] => {
    const parsed = parseEndpoint(url);
    const at = { cluster: cluster.name, property: `${property}[${String(index)}]` };
    return parsed.ok ? [] : [error({ ...at, value: url, reason: parsed.reason, fix })];
  });
}

function readApiServerEtcd(cluster: Pick<Cluster, "name" | "apiServerEtcd">): readonly Diagnostic[] {
  return (cluster.apiServerEtcd ?? []).flatMap((url, index): Diagnostic[] => {
    const parsed = parseEndpoint(url);
    const property = `apiServerEtcd[${String(index)}]`;
    const fix = "use the URL that kube-apiserver has in --etcd-servers";
    return parsed.ok ? [] : [error({ cluster: cluster.name, property, value: url, reason: parsed.reason, fix })];
  });
}

function readHostAliases(cluster: Pick<Cluster, "name"> & Dialled): readonly Diagnostic[] {
  const dialled = new Set(endpointsOf(cluster.etcd.endpoints).map((endpoint) => endpoint.host));
  const { property: group } = PUBLICATIONS[cluster.publishes];
  return Object.entries(cluster.etcd.hostAliases ?? {}).flatMap(([host, ips]): Diagnostic[] => {
    const property = `${group}.hostAliases.${host}`;
    const at = { cluster: cluster.name, property };
    const wrongIPs = ips.filter((ip) => !isIPAddress(ip));
    return [
      ...(isHostName(host) && !isIPAddress(host)
        ? []
        : [error({ ...at, value: host, reason: "is not a DNS name", fix: "use the host name of an endpoint" })]),
      ...(dialled.has(host.toLowerCase())
        ? []
        : [
            error({
              ...at,
              value: host,
              reason: "is the host of no endpoint",
              fix: `name a host of ${group}.endpoints, or remove it`,
            }),
          ]),
      ...(ips.length === 0
        ? [error({ ...at, value: [], reason: "is empty", fix: "list the addresses behind the name" })]
        : []),
      ...wrongIPs.map((ip) =>
        error({
          ...at,
          value: ip,
          reason: "is not an IP address",
          fix: "use an IPv4 or IPv6 address",
        }),
      ),
    ];
  });
}

/** The keys of the listeners behind an endpoint: with host aliases those of their addresses, for no DNS server is used then. */
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
  return endpointsOf([...etcd.endpoints, ...(etcd.adminEndpoints ?? [])]).flatMap((endpoint) => [
    endpointKey(endpoint),
    ...listenersOf(etcd, endpoint),
  ]);
}

/** One problem for each endpoint that is in `forbidden` (by {@link endpointKey}, with the reason to give), by name or behind a host alias. */
export function forbiddenEndpoints(
  cluster: Pick<Cluster, "name" | "publishes" | "etcd">,
  forbidden: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  const urls = endpointLists(cluster).flatMap((list) =>
    list.urls.map((url, index) => ({ url, property: `${list.property}[${String(index)}]` })),
  );
  return urls.flatMap(({ url, property }): Diagnostic[] => {
    const parsed = parseEndpoint(url);
    const keys = parsed.ok ? [endpointKey(parsed.endpoint), ...listenersOf(cluster.etcd, parsed.endpoint)] : [];
    const reason = keys.map((key) => forbidden.get(key)).find((each) => each !== undefined);
    if (reason === undefined) {
      return [];
    }
    const fix =
      "give Cilium an etcd of its own: who can read the API server's etcd can read every Secret of the cluster";
    return [error({ cluster: cluster.name, property, value: url, reason, fix })];
  });
}

/** `forbidden` for {@link forbiddenEndpoints}: the API servers' etcds that the configuration names. */
function declaredApiServerEtcds(
  clusters: readonly Pick<Cluster, "name" | "apiServerEtcd">[],
): ReadonlyMap<string, string> {
  const declared = clusters.flatMap((cluster) =>
    endpointsOf(cluster.apiServerEtcd ?? []).map((endpoint): [Endpoint, string] => [endpoint, cluster.name]),
  );
  return new Map(
    declared.map(([endpoint, name]) => [
      endpointKey(endpoint),
      `is the etcd of the API server of cluster ${JSON.stringify(name)}`,
    ]),
  );
}

function sharedEndpoints(clusters: readonly Known[]): readonly Diagnostic[] {
  const firstWith = new Map<string, string>();
  const lists = clusters.flatMap((cluster) => endpointLists(cluster).map((list) => ({ member: cluster, ...list })));
  return lists.flatMap(({ member: cluster, property, urls }) =>
    endpointsOf(urls).flatMap((endpoint): Diagnostic[] => {
      const keys = listenersOf(cluster.etcd, endpoint);
      const first = keys.map((key) => firstWith.get(key)).find((each) => each !== undefined && each !== cluster.name);
      keys.forEach((key) => firstWith.set(key, firstWith.get(key) ?? cluster.name));
      if (first === undefined) {
        return [];
      }
      const reason = `is also an endpoint of cluster ${JSON.stringify(first)}`;
      return [
        error({
          cluster: cluster.name,
          property,
          value: endpoint.url,
          reason,
          fix: "each cluster needs an etcd of its own",
        }),
      ];
    }),
  );
}

type Known = Omit<PartlyKnown<Cluster>, "etcd"> & Dialled;

function knownOf({ etcd, ...cluster }: PartlyKnown<Cluster>): readonly Known[] {
  return etcd === undefined ? [] : [{ ...cluster, etcd }];
}

/**
 * The etcd endpoints of the whole mesh: readable, one etcd a cluster, and never the one behind an API server. Those that are not known yet are left
 * out.
 */
export function validateEndpoints(clusters: readonly PartlyKnown<Cluster>[]): readonly Diagnostic[] {
  const forbidden = declaredApiServerEtcds(clusters);
  return [
    ...clusters.flatMap((cluster) => [
      ...knownOf(cluster).flatMap((known) => endpointLists(known).flatMap((list) => readEndpoints(known, list))),
      ...readApiServerEtcd(cluster),
      ...knownOf(cluster).flatMap((known) => [...readHostAliases(known), ...forbiddenEndpoints(known, forbidden)]),
    ]),
    ...sharedEndpoints(clusters.flatMap(knownOf)),
  ];
}
