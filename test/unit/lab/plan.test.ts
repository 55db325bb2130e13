import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { userInfo } from "node:os";
import {
  allPorts,
  clusterAddress,
  MAX_CLUSTERS,
  MAX_NODES,
  MAX_SLOTS,
  planCluster,
  planNode,
  portsFrom,
  SERVICE_CIDR,
} from "../../../lab/clusterPlan";
import { cacheFolder, labsFolder } from "../../../lab/host/folders";
import { labFolder } from "../../../lab/labState";
import { findFreeSlot } from "../../../lab/slot";

const numbers = Array.from({ length: MAX_CLUSTERS }, (_, index) => index + 1);

describe("lab: plan of clusters", () => {
  it("begins like the article", () => {
    assert.deepEqual(planCluster(0, 1), {
      name: "cluster1",
      id: 101,
      ip: "127.100.1.1",
      ipv4: { controlPlaneIp: "10.1.1.1", podCIDR: "10.60.0.0/16", nodeCIDR: "10.1.1.0/24" },
      ipv6: { controlPlaneIp: "fd00:1::1", podCIDR: "fd00:60::/56", nodeCIDR: "fd00:1::/64" },
    });
    const { ipv4, ipv6 } = planCluster(0, 2);
    assert.deepEqual([ipv4.podCIDR, ipv6.podCIDR], ["10.70.0.0/16", "fd00:70::/56"]);
  });

  it("gives every cluster ids and /16 ranges of its own, all inside 10.0.0.0/8", () => {
    const plans = numbers.map((number) => planCluster(0, number));
    const networks = plans.flatMap(({ ipv4 }) => [ipv4.podCIDR, ipv4.nodeCIDR].map((cidr) => cidr.split(".")[1]));
    assert.equal(new Set(networks).size, 2 * MAX_CLUSTERS);
    for (const second of networks) assert.ok(Number(second) >= 1 && Number(second) <= 255, second);
    assert.equal(new Set(plans.map(({ id }) => id)).size, MAX_CLUSTERS);
    assert.ok(plans.every(({ id }) => id <= 255));
  });

  it("gives every cluster IPv6 ranges of its own beside that of Services, and every node an address in them", () => {
    const plans = numbers.map((number) => planCluster(0, number));
    const ranges = [SERVICE_CIDR.ipv6, ...plans.flatMap(({ ipv6 }) => [ipv6.podCIDR, ipv6.nodeCIDR])];
    const second = ranges.map((range) => /^fd00:(\d+)::\/(?:56|64|112)$/.exec(range)?.[1] ?? assert.fail(range));
    assert.equal(new Set(second).size, 2 * MAX_CLUSTERS + 1);
    for (const plan of plans) {
      const all = Array.from({ length: MAX_NODES }, (_, index) => planNode(plan, index + 1).ipv6);
      const inside = new BlockList();
      inside.addSubnet(plan.ipv6.nodeCIDR.replace("/64", ""), 64, "ipv6");
      for (const ip of [plan.ipv6.controlPlaneIp, ...all]) assert.ok(inside.check(ip, "ipv6"), ip);
      assert.equal(new Set([plan.ipv6.controlPlaneIp, ...all]).size, MAX_NODES + 1);
    }
  });

  it("gives no address twice in all labs", () => {
    const all = Array.from({ length: MAX_SLOTS }, (_, slot) =>
      numbers.map((number) => clusterAddress(slot, number)),
    ).flat();
    assert.equal(new Set(all).size, MAX_SLOTS * MAX_CLUSTERS);
    assert.ok(all.every((address) => address.split(".").every((part) => Number(part) <= 255)));
  });

  it("gives no port twice on one address and stays below the ephemeral range", () => {
    for (const offset of [0, 20_000]) {
      const ports = allPorts(portsFrom(offset));
      assert.equal(new Set(ports).size, 9);
      assert.equal(ports.length, 9);
      assert.ok(ports.every((port) => port > 1024 && port < 32_768));
    }
  });

  it("refuses numbers outside of the plan", () => {
    for (const [slot, number] of [
      [0, 0],
      [0, MAX_CLUSTERS + 1],
      [0, 1.5],
      [-1, 1],
      [MAX_SLOTS, 1],
    ] as const) {
      assert.throws(() => planCluster(slot, number), /must be|a lab holds/);
    }
  });
});

describe("lab: slots", () => {
  it("are given in order, past those that labs of this user hold", async () => {
    assert.deepEqual(await findFreeSlot(new Set([0, 1, 3]), () => Promise.resolve(true)), { slot: 2, portOffset: 0 });
  });

  it("are passed over when another program listens there", async () => {
    const free = ({ slot }: { slot: number }): Promise<boolean> => Promise.resolve(slot > 4);
    assert.deepEqual(await findFreeSlot(new Set([0]), free), { slot: 5, portOffset: 0 });
  });

  it("move to other ports when something listens on all addresses", async () => {
    const free = ({ portOffset }: { portOffset: number }): Promise<boolean> => Promise.resolve(portOffset > 0);
    assert.deepEqual(await findFreeSlot(new Set([0]), free), { slot: 1, portOffset: 10_000 });
  });

  it("say so when there is none", async () => {
    await assert.rejects(
      findFreeSlot(new Set(), () => Promise.resolve(false)),
      /no free lab slot/,
    );
  });
});

describe("lab: folders", () => {
  it("follow XDG and ignore what is not absolute", () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c" }), "/c/cilium-clustermesh");
    assert.equal(labsFolder({ XDG_CACHE_HOME: "/c" }), "/c/cilium-clustermesh/labs");
    assert.equal(labsFolder({ XDG_CACHE_HOME: "/c", XDG_STATE_HOME: "/s" }), "/s/cilium-clustermesh/labs");
    assert.match(cacheFolder({ XDG_CACHE_HOME: "c" }), /^\/.*\/\.cache\/cilium-clustermesh$/);
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "", HOME: "/h" }), "/h/.cache/cilium-clustermesh");
    for (const HOME of ["", "h", undefined]) {
      assert.equal(cacheFolder({ HOME }), `${userInfo().homedir}/.cache/cilium-clustermesh`);
    }
  });

  it("of a lab never leave the labs' folder", () => {
    assert.equal(labFolder("two-5"), `${labsFolder()}/two-5`);
    for (const name of ["", "..", "a/b", "-a", "a-", "A", "a".repeat(33)]) {
      assert.throws(() => labFolder(name), /lab name/);
    }
  });
});
