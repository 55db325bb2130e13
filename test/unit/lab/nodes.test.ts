import assert from "node:assert/strict";
import { MAX_NODES, planCluster, planNode } from "../../../lab/clusterPlan";
import { DEFAULT_SETUP, type IpFamilies, type Routing } from "../../../lab/ciliumObjects/setup";
import { clusterSite, type ClusterSite } from "../../../lab/controlPlane/cluster";
import type { UsableCgroups } from "../../../lab/host/cgroupLayout";
import { APISERVER_IMAGES, type ImageDefinition, IMAGES } from "../../../lab/images/definitions";
import { imageEnvironment } from "../../../lab/images/ociArchive";
import { cacheRoutes } from "../../../lab/network/cacheRoutes";
import { podRoutes } from "../../../lab/network/podRoutes";
import { APISERVER_IMAGE, NODE_IMAGES, recipesOf } from "../../../lab/images/imageStore";
import { IMAGE_PATH } from "../../../lab/images/rootTree";
import { containerdConfig } from "../../../lab/nodes/containerd";
import { mountSteps, TUNABLE_FILES } from "../../../lab/nodes/mounts";
import { cgroupPrefix, nodeSite } from "../../../lab/nodes/nodeSite";

const cluster = clusterSite("/labs/x", { slot: 0, portOffset: 0, nodes: [2, 1], cilium: [] }, 1);
const cpu = { version: 1, mountPoint: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu", "cpuacct"] } as const;
const unified = { version: 2, mountPoint: "/sys/fs/cgroup/unified", controllers: [] } as const;
const stepsWith = (layout: UsableCgroups): readonly string[] =>
  mountSteps(nodeSite(cluster, 1), layout, ["/cache/bin"]).map((step) => step.join(" "));
const steps = stepsWith({ kind: "v1", hierarchies: [cpu, unified] });
const at = (pattern: RegExp, among = steps): number => {
  const index = among.findIndex((step) => pattern.test(step));
  assert.notEqual(index, -1, String(pattern));
  return index;
};

describe("lab: plan of nodes", () => {
  it("has addresses like the article's", () => {
    assert.deepEqual(planNode(planCluster(0, 1), 1), { name: "node1", ipv4: "10.1.1.11", ipv6: "fd00:1::11" });
    assert.deepEqual(planNode(planCluster(0, 2), 1), { name: "node1", ipv4: "10.2.2.11", ipv6: "fd00:2::11" });
    assert.deepEqual(planNode(planCluster(3, 50), 2), { name: "node2", ipv4: "10.50.50.12", ipv6: "fd00:50::12" });
  });

  it("refuses numbers outside of the plan", () => {
    for (const number of [0, -1, 1.5, MAX_NODES + 1]) {
      assert.throws(() => planNode(planCluster(0, 1), number), /cluster1, node number .*1 to 20/);
    }
  });

  it("knows which node is the last", () => {
    assert.deepEqual(
      [1, 2].map((number) => nodeSite(cluster, number).last),
      [false, true],
    );
  });

  it("gives labs of one name in two folders different cgroups", () => {
    assert.notEqual(cgroupPrefix("/a/labs/x"), cgroupPrefix("/b/labs/x"));
    assert.ok(nodeSite(cluster, 1).cgroup.startsWith(cgroupPrefix("/labs/x")));
    assert.ok(!cgroupPrefix("/labs/x2").startsWith(cgroupPrefix("/labs/x")));
  });
});

describe("lab: file system of a node", () => {
  it("is this machine's under a layer of its own, and becomes the root at the end", () => {
    const overlay = at(
      /^mount -t overlay -o lowerdir=\/,upperdir=.*\/layers\/upper,.* overlay \/labs\/x\/cluster1\/node1\/root$/,
    );
    const pivot = at(/^pivot_root \/labs\/x\/cluster1\/node1\/root /);
    assert.ok(at(/^mount -t tmpfs .*\/layers$/) < overlay);
    for (const path of ["proc", "sys", "run", "tmp", "dev"]) {
      const mounted = at(new RegExp(`/node1/root/${path}$`));
      assert.ok(overlay < mounted && mounted < pivot, path);
    }
    assert.ok(pivot < at(/^umount --lazy/));
  });

  it("leaves nothing of the machine to write to: every mount is inside of the node's folder", () => {
    for (const step of steps.slice(0, at(/^pivot_root/))) {
      const target = step.split(" ").at(-1) ?? "";
      assert.ok(target.startsWith("/labs/x/cluster1/node1/"), step);
    }
  });

  it("shows tunables of the machine read-only, or as stand-ins", () => {
    const readOnly = at(/^mount -o remount,bind,ro .*\/proc\/sys\/kernel$/);
    for (const [file, value] of Object.entries(TUNABLE_FILES)) {
      assert.match(value, /^\d+\n$/);
      assert.ok(readOnly < at(new RegExp(`^mount --bind .*/tunables/${file.replaceAll(".", "\\.")} .*/proc/sys/`)));
    }
  });

  it("has every hierarchy of cgroup v1 under its own names, and v2 where the chart is told", () => {
    at(/^mount -t tmpfs tmpfs .*\/sys\/fs\/cgroup$/);
    at(/^mount -t cgroup -o cpu,cpuacct cgroup .*\/sys\/fs\/cgroup\/cpu,cpuacct$/);
    at(/^mount -t cgroup2 cgroup2 .*\/run\/cilium\/cgroupv2$/);
  });

  it("has cgroup v2 alone where the machine has, and the chart's too", () => {
    const v2 = stepsWith({ kind: "v2", root: "/sys/fs/cgroup" });
    const controllers = at(/^mount -t cgroup2 cgroup2 .*\/sys\/fs\/cgroup$/, v2);
    assert.ok(at(/^mount -t sysfs sysfs .*\/sys$/, v2) < controllers);
    at(/^mount -t cgroup2 cgroup2 .*\/run\/cilium\/cgroupv2$/, v2);
    assert.ok(!v2.some((step) => /^mount -t (cgroup |tmpfs tmpfs .*\/cgroup$)/.test(step)));
  });

  it("has no cgroup v2 of the whole machine where that has none mounted: Cilium would be in it", () => {
    assert.ok(!stepsWith({ kind: "v1", hierarchies: [cpu] }).some((step) => step.includes("cgroup2")));
  });

  it("sees the programs, wherever they are", () => {
    at(/^mount --bind \/cache\/bin .*\/root\/cache\/bin$/);
  });
});

describe("lab: ways to pods", () => {
  const nodes = [1, 2].map((number) => nodeSite(cluster, number).plan);
  const listed = (...ranges: readonly (readonly string[] | undefined)[]): string =>
    JSON.stringify({
      items: ranges.map((podCIDRs, index) => ({ metadata: { name: `node${index + 1}` }, spec: { podCIDRs } })),
    });
  const [one, other] = [["10.60.1.0/24"], ["10.60.0.0/24"]] as const;

  it("go over the node that has them", () => {
    assert.deepEqual(podRoutes(listed(one, other), nodes, ["ipv4"]), [
      { podCIDR: "10.60.1.0/24", via: "10.1.1.11" },
      { podCIDR: "10.60.0.0/24", via: "10.1.1.12" },
    ]);
  });

  it("go over its address of the same family", () => {
    const both = listed([...one, "fd00:60:0:1::/64"], ["fd00:60::/64", ...other]);
    assert.deepEqual(podRoutes(both, nodes, ["ipv4", "ipv6"]), [
      { podCIDR: "10.60.1.0/24", via: "10.1.1.11" },
      { podCIDR: "fd00:60:0:1::/64", via: "fd00:1::11" },
      { podCIDR: "10.60.0.0/24", via: "10.1.1.12" },
      { podCIDR: "fd00:60::/64", via: "fd00:1::12" },
    ]);
  });

  it("are missing where a node has no range, or is none of the cluster's", () => {
    assert.throws(() => podRoutes(listed(one, undefined), nodes, ["ipv4"]), /node2: .* no ipv4 range/);
    assert.throws(() => podRoutes(listed(one), nodes, ["ipv4"]), /node2: .* no ipv4 range/);
    assert.throws(() => podRoutes(listed(one, other), nodes, ["ipv4", "ipv6"]), /node1: .* no ipv6 range/);
  });
});

describe("lab: images", () => {
  const images: readonly (readonly [string, ImageDefinition])[] = Object.entries({
    ...IMAGES,
    ...APISERVER_IMAGES,
  });

  it("have names of their own that no registry could be asked for by accident", () => {
    const names = images.map(([, { name }]) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.every((name) => name.startsWith("docker.io/lab/")));
  });

  it("put a tree of packages before the files that go into it", () => {
    for (const [name, { parts }] of images) {
      assert.ok(parts.findIndex(({ to }) => to === "/") <= 0, name);
    }
  });

  it("give their processes a PATH, and what their programs need beside it", () => {
    assert.deepEqual(imageEnvironment(IMAGES.pause), [`PATH=${IMAGE_PATH}`]);
    assert.deepEqual(imageEnvironment(APISERVER_IMAGES.apiserver), [`PATH=${IMAGE_PATH}`, "GOPS_CONFIG_DIR=/tmp/gops"]);
  });

  it("are made of a recipe for clustermesh-apiserver only where a cluster has one", () => {
    const own = recipesOf(APISERVER_IMAGE).filter((recipe) => !recipesOf(NODE_IMAGES).includes(recipe));
    assert.deepEqual(own, ["apiserverImagePackages", "etcd", "ciliumApiserver", "ciliumApiserverFiles"]);
  });

  it("are what nodes are told to use as sandbox", () => {
    assert.match(containerdConfig("/x/runc"), /sandbox = "docker\.io\/lab\/pause:1"/);
    assert.match(containerdConfig("/x/runc"), /BinaryName = "\/x\/runc"/);
  });
});

describe("lab: ways to KVStoreMesh", () => {
  const identity = { name: "x", id: 1 };
  const modes = ["kvstoremesh", "apiserver", "kvstore"] as const;
  const sitesWith = (routing: Routing, ipFamilies: IpFamilies = "ipv4") => {
    const cilium = modes.map((mode) => ({ ...DEFAULT_SETUP, mode, identity, routing, ipFamilies }));
    const claim = { slot: 0, portOffset: 0, nodes: [2, 1, 1], cilium };
    return modes.map((_, index) => clusterSite("/labs/x", claim, index + 1));
  };
  const sites = sitesWith("native");
  const told = (of: readonly ClusterSite[]): readonly string[] =>
    cacheRoutes(of).map(
      ({ node, podCIDR, via }) => `${node.cluster.plan.name}/${node.plan.name}: ${podCIDR} via ${via}`,
    );

  it("are on the nodes of all other clusters, over the network of their own control plane", () => {
    assert.deepEqual(told(sites), [
      "cluster2/node1: 10.60.0.0/16 via 10.2.2.1",
      "cluster3/node1: 10.60.0.0/16 via 10.3.3.1",
    ]);
  });

  it("are of each IP family", () => {
    assert.deepEqual(told(sitesWith("native", "dual-stack").slice(0, 2)), [
      "cluster2/node1: 10.60.0.0/16 via 10.2.2.1",
      "cluster2/node1: fd00:60::/56 via fd00:2::1",
    ]);
  });

  it("are none where nobody reads through it", () => {
    assert.deepEqual(told(sites.slice(1)), []);
  });

  it("are none in a tunnel, which masquerades what leaves it", () => {
    assert.deepEqual(cacheRoutes(sitesWith("tunnel")), []);
  });
});
