import type { DraftCluster } from "../stackDrafts";
import { inCluster, is, notAllowed, unknown, type Fault } from "./fault";

const HOST = "192.0.2.200";
const withEndpoint = (cluster: DraftCluster, url: unknown) => ({
  ...cluster,
  etcd: { ...cluster.etcd, endpoints: [...cluster.etcd.endpoints, url] },
});

/** Endpoints of the etcds. */
export const endpoints: readonly Fault[] = [
  ...[
    `http://${HOST}:2379`,
    `https://${HOST}`,
    `https://${HOST}:0`,
    `https://${HOST}:65536`,
    `https://${HOST}:2379/x`,
    `https://user:secret@${HOST}:2379`,
    "https://*.example.com:2379",
    "https://-x:2379",
    "https://[fe80::1%eth0]:2379",
    "https://etcd$(touch x):2379",
    `https://${HOST}:2379\nX: y`,
    "",
  ].map((url) =>
    inCluster(`an endpoint ${JSON.stringify(url)}`, "endpoints", (cluster) => {
      return { to: withEndpoint(cluster, url), property: "etcd.endpoints", reason: /^(is not an https|has a)/ };
    }),
  ),
  inCluster("an endpoint that is a number", "endpoints", (cluster) => {
    return { to: withEndpoint(cluster, 2379), property: "etcd.endpoints", reason: notAllowed };
  }),
  inCluster("an endpoint of another cluster", "endpoints", (cluster, other) => {
    const to = withEndpoint(cluster, other.etcd.endpoints[0]);
    return { to, property: "etcd.endpoints", reason: is("is also an endpoint"), between: true };
  }),
  inCluster("an endpoint of the API server's etcd", "endpoints", (cluster) => {
    const to = { ...cluster, apiServerEtcd: [cluster.etcd.endpoints[0]] };
    return { to, property: "etcd.endpoints", reason: is("is the etcd of the API server") };
  }),
  inCluster("an etcd of the API server without a port", "API server", (cluster) => {
    return {
      to: { ...cluster, apiServerEtcd: ["https://x"] },
      property: "apiServerEtcd",
      reason: is("is not an https"),
    };
  }),
  inCluster("no endpoints", "endpoints", (cluster) => {
    const to = { ...cluster, etcd: { ...cluster.etcd, endpoints: [], hostAliases: {} } };
    return { to, property: "etcd.endpoints", reason: is("is empty") };
  }),
  inCluster("a host alias of no endpoint", "aliases", (cluster) => {
    const to = { ...cluster, etcd: { ...cluster.etcd, hostAliases: { nowhere: ["10.9.9.9"] } } };
    return { to, property: "etcd.hostAliases", reason: is("is the host of no endpoint") };
  }),
  inCluster("a host alias that is called __proto__", "aliases", (cluster) => {
    const hostAliases = JSON.parse('{"__proto__":["10.9.9.9"]}') as object;
    return {
      to: { ...cluster, etcd: { ...cluster.etcd, hostAliases } },
      property: "etcd.hostAliases",
      reason: unknown,
    };
  }),
  inCluster("a host alias that is no address", "endpoints", (cluster) => {
    const etcd = { endpoints: ["https://own.example.com:2379"], hostAliases: { "own.example.com": ["x y"] } };
    const to = { ...cluster, etcd: { ...cluster.etcd, ...etcd } };
    return { to, property: "etcd.hostAliases", reason: is("is not an IP address") };
  }),
];
