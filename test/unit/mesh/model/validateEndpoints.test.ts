import assert from "node:assert/strict";
import { clustersOf, type ClusterSpec, type EtcdSpec, type MeshSpec } from "../../../../components/mesh/model/mesh";
import { validateEndpoints } from "../../../../components/mesh/model/validateEndpoints";
import { lines, mesh, pair } from "../../support/mesh/mesh";

const judge = (clusters: MeshSpec["clusters"]) => lines(validateEndpoints(clustersOf(clusters)));
const first = (etcd: EtcdSpec, over: Partial<ClusterSpec> = {}) => judge(pair({ ...over, etcd }));

const urls = "use URLs like https://10.1.1.1:2379 or https://etcd.example.com:2379";
const own = "give Cilium an etcd of its own: who can read the API server's etcd can read every Secret of the cluster";

describe("model: endpoints", () => {
  it("are fine in a mesh without a fault", () => {
    assert.deepEqual(judge(mesh(20).clusters), []);
  });

  it("have to be there", () => {
    assert.deepEqual(first({ endpoints: [] }), [`cluster "cluster1": etcd.endpoints [] is empty; ${urls}`]);
  });

  it("have to be https URLs with a port; each wrong one is named", () => {
    const form = "is not an https URL with host and port and nothing behind it";
    const endpoints = ["http://10.1.1.1:2379", "https://10.1.1.1:2379", "https://10.1.1.1", "https://10.1.1.1:70000"];
    assert.deepEqual(first({ endpoints }), [
      `cluster "cluster1": etcd.endpoints[0] "http://10.1.1.1:2379" ${form}; ${urls}`,
      `cluster "cluster1": etcd.endpoints[2] "https://10.1.1.1" ${form}; ${urls}`,
      `cluster "cluster1": etcd.endpoints[3] "https://10.1.1.1:70000" has a port outside 1..65535; ${urls}`,
    ]);
  });

  it("belong to one cluster, however they are spelt", () => {
    const spec = pair(
      { etcd: { endpoints: ["https://[fd00:0:0::1]:2379"] } },
      { etcd: { endpoints: ["https://[FD00::1]:2379"] } },
    );
    assert.deepEqual(judge(spec), [
      'cluster "cluster2": etcd.endpoints "https://[FD00::1]:2379" is also an endpoint of cluster "cluster1"; each cluster needs an etcd of its own',
    ]);
  });

  it("may have one name in several clusters where aliases tell the etcds apart", () => {
    const etcd = (ip: string): EtcdSpec => ({ endpoints: ["https://etcd:2379"], hostAliases: { etcd: [ip] } });
    assert.deepEqual(judge(pair({ etcd: etcd("10.1.1.1") }, { etcd: etcd("10.1.2.1") })), []);
    assert.deepEqual(judge(pair({ etcd: etcd("10.1.1.1") }, { etcd: { endpoints: ["https://10.1.1.1:2379"] } })), [
      'cluster "cluster2": etcd.endpoints "https://10.1.1.1:2379" is also an endpoint of cluster "cluster1"; each cluster needs an etcd of its own',
    ]);
  });
});

describe("model: endpoints for the program", () => {
  const endpoints = ["https://10.1.1.1:2379"];

  it("are read as the peers' are", () => {
    assert.deepEqual(first({ endpoints, adminEndpoints: [] }), [
      `cluster "cluster1": etcd.adminEndpoints [] is empty; ${urls}`,
    ]);
    assert.deepEqual(first({ endpoints, adminEndpoints: ["https://127.0.0.1:12379", "bastion:2379"] }), [
      `cluster "cluster1": etcd.adminEndpoints[1] "bastion:2379" is not an https URL with host and port and nothing behind it; ${urls}`,
    ]);
  });

  it("may be the peers' own, and are no other cluster's: its users would be made in the wrong etcd", () => {
    const [one, two] = [endpoints, ["https://10.1.2.1:2379"]];
    assert.deepEqual(judge(pair({ etcd: { endpoints: one, adminEndpoints: one } })), []);
    assert.deepEqual(judge(pair({ etcd: { endpoints: one } }, { etcd: { endpoints: two, adminEndpoints: one } })), [
      'cluster "cluster2": etcd.adminEndpoints "https://10.1.1.1:2379" is also an endpoint of cluster "cluster1"; each cluster needs an etcd of its own',
    ]);
  });

  it("are never the API server's", () => {
    const etcd = { endpoints, adminEndpoints: ["https://10.1.1.9:2379"] };
    assert.deepEqual(first(etcd, { apiServerEtcd: ["https://10.1.1.9:2379"] }), [
      `cluster "cluster1": etcd.adminEndpoints[0] "https://10.1.1.9:2379" is the etcd of the API server of cluster "cluster1"; ${own}`,
    ]);
  });
});

describe("model: the API server's etcd", () => {
  const reserved = 'is the etcd of the API server of cluster "cluster1"';

  it("is never an endpoint, of no cluster", () => {
    const apiServerEtcd = ["https://10.1.1.9:2379", "https://[fd00::9]:2379"];
    const spec = pair(
      { apiServerEtcd, etcd: { endpoints: ["https://10.1.1.1:2379", "https://10.1.1.9:2379"] } },
      { etcd: { endpoints: ["https://[fd00:0::9]:2379"] } },
    );
    assert.deepEqual(judge(spec), [
      `cluster "cluster1": etcd.endpoints[1] "https://10.1.1.9:2379" ${reserved}; ${own}`,
      `cluster "cluster2": etcd.endpoints[0] "https://[fd00:0::9]:2379" ${reserved}; ${own}`,
    ]);
  });

  it("is not, behind a host alias either", () => {
    const etcd = { endpoints: ["https://etcd:2379"], hostAliases: { etcd: ["10.1.1.1", "10.1.1.9"] } };
    assert.deepEqual(first(etcd, { apiServerEtcd: ["https://10.1.1.9:2379"] }), [
      `cluster "cluster1": etcd.endpoints[0] "https://etcd:2379" ${reserved}; ${own}`,
    ]);
  });

  it("may run on the same host on another port", () => {
    assert.deepEqual(judge(pair({ apiServerEtcd: ["https://10.1.1.1:2381"] })), []);
  });

  it("has to be a URL itself", () => {
    assert.deepEqual(judge(pair({ apiServerEtcd: ["127.0.0.1"] })), [
      'cluster "cluster1": apiServerEtcd[0] "127.0.0.1" is not an https URL with host and port and nothing behind it; use the URL that kube-apiserver has in --etcd-servers',
    ]);
  });
});

describe("model: host aliases", () => {
  const aliases = (hostAliases: NonNullable<EtcdSpec["hostAliases"]>) =>
    first({ endpoints: ["https://etcd.east:2379"], hostAliases });

  it("name hosts of the endpoints, with addresses of both families", () => {
    assert.deepEqual(aliases({ "etcd.east": ["10.1.1.1", "fd00::1"] }), []);
    assert.deepEqual(aliases({ "ETCD.east": ["10.1.1.1"] }), []);
  });

  it("name no other hosts", () => {
    assert.deepEqual(aliases({ "etcd.west": ["10.1.1.1"] }), [
      'cluster "cluster1": etcd.hostAliases.etcd.west "etcd.west" is the host of no endpoint; name a host of etcd.endpoints, or remove it',
    ]);
  });

  it("have addresses, and nothing else", () => {
    assert.deepEqual(aliases({ "etcd.east": [] }), [
      'cluster "cluster1": etcd.hostAliases.etcd.east [] is empty; list the addresses behind the name',
    ]);
    assert.deepEqual(aliases({ "etcd.east": ["etcd", "fe80::1%eth0"] }), [
      'cluster "cluster1": etcd.hostAliases.etcd.east "etcd" is not an IP address; use an IPv4 or IPv6 address',
      'cluster "cluster1": etcd.hostAliases.etcd.east "fe80::1%eth0" is not an IP address; use an IPv4 or IPv6 address',
    ]);
  });

  it("are for names, not for addresses", () => {
    const judged = first({ endpoints: ["https://10.1.1.1:2379"], hostAliases: { "10.1.1.1": ["10.1.1.2"] } });
    assert.deepEqual(judged, [
      'cluster "cluster1": etcd.hostAliases.10.1.1.1 "10.1.1.1" is not a DNS name; use the host name of an endpoint',
    ]);
  });
});
