import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CiliumSetup, DEFAULT_SETUP, type IpFamilies, type Routing } from "../../../lab/ciliumObjects/setup";
import { ciliumValues } from "../../../lab/ciliumObjects/values";
import { apiServerCommand } from "../../../lab/controlPlane/apiServer";
import { clusterSite, type ClusterSite, ownApiServerUrl } from "../../../lab/controlPlane/cluster";
import { controllerManagerCommand } from "../../../lab/controlPlane/controllerManager";
import { etcdCommand, etcdEndpoint, etcdPeerEndpoint, etcdsOf, ownTls } from "../../../lab/controlPlane/etcd";
import { kubeconfig, writeKubeconfig } from "../../../lab/controlPlane/kubeconfig";
import { onFabric } from "../../../lab/network/fabric";
import { nodeSite } from "../../../lab/nodes/nodeSite";
import { ensureClusterPki } from "../../../lab/pki/clusterPki";
import { statusTable } from "../../../lab/status";

describe("lab: a cluster", () => {
  let dir = "";
  let sites: readonly [ClusterSite, ClusterSite];
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "lab-cluster-"));
    const claim = { slot: 3, portOffset: 10_000, nodes: [], cilium: [] };
    sites = [clusterSite(dir, claim, 1), clusterSite(dir, claim, 2)];
    for (const site of sites) await ensureClusterPki(site.dir, site.plan);
  });
  after(() => {
    rmSync(dir, { recursive: true });
  });

  it("gives Cilium an etcd that is not the API server's", () => {
    const api = etcdCommand("etcd", sites[0], "api-etcd", ownTls(sites[0], "api-etcd"));
    const cilium = etcdCommand("etcd", sites[0], "cilium-etcd", ownTls(sites[0], "cilium-etcd"));
    const flag = (command: readonly string[], name: string): string | undefined =>
      command.find((argument) => argument.startsWith(`--${name}=`));
    for (const name of [
      "data-dir",
      "listen-client-urls",
      "listen-peer-urls",
      "trusted-ca-file",
      "peer-trusted-ca-file",
    ]) {
      assert.notEqual(flag(api, name), flag(cilium, name), name);
    }
    assert.ok(api.includes("--client-cert-auth") && cilium.includes("--client-cert-auth"));
    assert.ok(apiServerCommand("x", sites[0]).includes("--etcd-servers=https://127.103.1.1:12389"));
  });

  it("gets a chart that is in no mesh yet and dials its own etcd and API server", () => {
    const values = ciliumValues(sites[1]);
    assert.deepEqual(values["cluster"], { name: "default", id: 0 });
    assert.deepEqual(values["etcd"], { enabled: true, ssl: true, endpoints: ["https://127.103.2.1:12379"] });
    assert.equal(values["identityAllocationMode"], "kvstore");
    assert.deepEqual(values["clustermesh"], { useAPIServer: false, config: { enabled: false } });
    assert.deepEqual([values["k8sServiceHost"], values["k8sServicePort"]], ["127.103.2.1", 16_443]);
  });

  it("gets clustermesh-apiserver with the image of its nodes, where its mode has one, and no etcd of Cilium's", () => {
    const identity = { name: "west", id: 1 };
    for (const [mode, kvstoremesh] of [
      ["apiserver", false],
      ["kvstoremesh", true],
    ] as const) {
      const site: ClusterSite = { ...sites[0], cilium: { ...DEFAULT_SETUP, mode, identity } };
      assert.deepEqual([etcdsOf(site), etcdsOf(sites[0])], [["api-etcd"], ["api-etcd", "cilium-etcd"]]);
      const values = ciliumValues(site);
      assert.deepEqual(values["cluster"], identity);
      assert.deepEqual([values["identityAllocationMode"], values["etcd"]], ["crd", { enabled: false }]);
      assert.deepEqual(values["clustermesh"], {
        useAPIServer: true,
        config: { enabled: false },
        apiserver: {
          image: { override: "docker.io/lab/clustermesh-apiserver:v1.20.2", pullPolicy: "Never" },
          kvstoremesh: { enabled: kvstoremesh },
          service: { type: "NodePort", nodePort: 32_379 },
          tls: { auto: { enabled: true, method: "helm" } },
        },
      });
    }
  });

  /** A cluster on the lab's own network. */
  const onNetwork = (ipFamilies: IpFamilies, routing: Routing = "tunnel"): ClusterSite => {
    const cilium = [{ ...DEFAULT_SETUP, ipFamilies, routing }];
    const fabric = { pid: 1, startTicks: "1", bootId: "x" };
    return clusterSite(dir, { slot: 3, portOffset: 0, nodes: [1], cilium }, 1, (plan, families) =>
      onFabric(fabric, plan, families),
    );
  };
  const listens = (site: ClusterSite): string =>
    etcdCommand("etcd", site, "cilium-etcd", ownTls(site, "cilium-etcd")).find((flag) =>
      flag.startsWith("--listen-client-urls="),
    ) ?? "";

  it("serves its etcd by each IP family, and peers by IPv6 where it has both", () => {
    const told = (["ipv4", "dual-stack", "ipv6"] as const).map((families) => {
      const site = onNetwork(families);
      return [listens(site), etcdEndpoint(site, "cilium-etcd"), etcdPeerEndpoint(site, "cilium-etcd")];
    });
    const [ipv4, ipv6] = ["https://10.1.1.1:2379", "https://[fd00:1::1]:2379"];
    assert.deepEqual(told, [
      [`--listen-client-urls=${ipv4}`, ipv4, ipv4],
      [`--listen-client-urls=${ipv4},${ipv6}`, ipv4, ipv6],
      [`--listen-client-urls=${ipv6}`, ipv6, ipv6],
    ]);
  });

  it("has ranges of pods and Services of each IP family, and nodes an address", () => {
    const told = (["ipv4", "dual-stack", "ipv6"] as const).map((families) => {
      const site = onNetwork(families);
      const flags = [...apiServerCommand("x", site), ...controllerManagerCommand("x", site)];
      const ranges = flags.filter((flag) => /^--(cluster-cidr|node-cidr|service-cluster)/.test(flag));
      return [...ranges, nodeSite(site, 1).ips.join(","), ownApiServerUrl(site), site.place.dialIp];
    });
    const services = (range: string): readonly string[] => [`--service-cluster-ip-range=${range}`];
    const ipv4 = services("10.96.0.0/16");
    const both = services("10.96.0.0/16,fd00:96::/112");
    const ipv6 = services("fd00:96::/112");
    const [mask4, mask6] = ["--node-cidr-mask-size-ipv4=24", "--node-cidr-mask-size-ipv6=64"];
    const [url4, url6, dial] = ["https://10.1.1.1:6443", "https://[fd00:1::1]:6443", "127.103.1.1"];
    assert.deepEqual(told, [
      [...ipv4, "--cluster-cidr=10.60.0.0/16", mask4, ...ipv4, "10.1.1.11", url4, dial],
      [...both, "--cluster-cidr=10.60.0.0/16,fd00:60::/56", mask4, mask6, ...both, "10.1.1.11,fd00:1::11", url4, dial],
      [...ipv6, "--cluster-cidr=fd00:60::/56", mask6, ...ipv6, "fd00:1::11", url6, dial],
    ]);
  });

  it("tells the chart its IP families, and the API server's address as it is", () => {
    const of = (families: IpFamilies, routing?: Routing) => {
      const values = ciliumValues(onNetwork(families, routing));
      const told = ["ipv4", "ipv6", "k8sServiceHost", "ipv4NativeRoutingCIDR", "ipv6NativeRoutingCIDR"];
      return [...told, "enableIPv6Masquerade"].map((name) => values[name]);
    };
    const [on, off] = [{ enabled: true }, { enabled: false }];
    assert.deepEqual(of("ipv4"), [on, off, "10.1.1.1", undefined, undefined, undefined]);
    assert.deepEqual(of("dual-stack", "native"), [on, on, "10.1.1.1", "10.0.0.0/8", "fd00::/16", false]);
    assert.deepEqual(of("ipv6", "native"), [off, on, "fd00:1::1", undefined, "fd00::/16", false]);
  });

  it("gets the chart's tunnel and masquerading, or routes to the pods of all nodes and none", () => {
    const of = (setup: Partial<CiliumSetup>) => {
      const values = ciliumValues({ ...sites[0], cilium: { ...DEFAULT_SETUP, ...setup } });
      const told = ["routingMode", "autoDirectNodeRoutes", "ipv4NativeRoutingCIDR", "enableIPv4Masquerade"];
      return told.map((name) => values[name]);
    };
    assert.deepEqual(of({}), ["tunnel", false, undefined, undefined]);
    assert.deepEqual(of({ routing: "native" }), ["native", true, "10.0.0.0/8", false]);
  });

  it("has Cilium replace kube-proxy where it was asked to", () => {
    for (const kubeProxyReplacement of [false, true]) {
      const values = ciliumValues({ ...sites[0], cilium: { ...DEFAULT_SETUP, kubeProxyReplacement } });
      assert.equal(values["kubeProxyReplacement"], kubeProxyReplacement);
    }
  });

  it("has one context of its name in the kubeconfig, which is private", () => {
    const parsed: unknown = JSON.parse(kubeconfig(sites));
    assert.ok(typeof parsed === "object" && parsed !== null && "contexts" in parsed && "clusters" in parsed);
    assert.deepEqual(parsed.contexts, [
      { name: "cluster1", context: { cluster: "cluster1", user: "cluster1" } },
      { name: "cluster2", context: { cluster: "cluster2", user: "cluster2" } },
    ]);
    assert.match(JSON.stringify(parsed.clusters), /127\.103\.2\.1:16443/);
    const file = join(dir, "kubeconfig");
    writeKubeconfig(file, sites);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});

describe("lab: status", () => {
  it("is a table with aligned columns, the mode of each cluster and the memory of all", () => {
    const lines = statusTable({
      name: "x",
      kubeconfig: "/k",
      cilium: { cluster1: { ...DEFAULT_SETUP, mode: "kvstoremesh", identity: { name: "west", id: 1 } } },
      processes: [
        { cluster: "cluster1", process: "api-etcd", address: "a", state: "running", pid: 7, memoryMiB: 20 },
        { cluster: "cluster1", process: "kube-apiserver", address: "b", state: "stopped" },
      ],
    });
    assert.deepEqual(lines, [
      "CLUSTER   PROCESS         STATE    PID  MEMORY  ADDRESS",
      "cluster1  api-etcd        running  7    20 MiB  a",
      "cluster1  kube-apiserver  stopped  -    -       b",
      "",
      "cluster1: mode kvstoremesh, identity west:1, tunnel routing, without kube-proxy replacement, ipv4",
      'lab "x": 20 MiB in all; export KUBECONFIG=/k',
    ]);
  });
});
