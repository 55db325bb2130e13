import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CiliumSetup, DEFAULT_SETUP } from "../../../lab/ciliumObjects/setup";
import { ciliumValues } from "../../../lab/ciliumObjects/values";
import { apiServerCommand } from "../../../lab/controlPlane/apiServer";
import { clusterSite, type ClusterSite } from "../../../lab/controlPlane/cluster";
import { etcdCommand, etcdsOf, ownTls } from "../../../lab/controlPlane/etcd";
import { kubeconfig, writeKubeconfig } from "../../../lab/controlPlane/kubeconfig";
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
      "cluster1: mode kvstoremesh, identity west:1, tunnel routing, without kube-proxy replacement",
      'lab "x": 20 MiB in all; export KUBECONFIG=/k',
    ]);
  });
});
