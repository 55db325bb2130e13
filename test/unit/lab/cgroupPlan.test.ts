import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UsableCgroups } from "../../../lab/host/cgroupLayout";
import { type CgroupStep, closeSteps, nodeCgroups, openSteps, type RootFacts } from "../../../lab/host/cgroupPlan";
import { carryOut } from "../../../lab/host/cgroupSteps";

const NAME = "cilium-clustermesh-lab.x-00000000.cluster1.node1";

const told = (steps: readonly CgroupStep[]): readonly string[] =>
  steps.map((each) => {
    switch (each.step) {
      case "make":
      case "remove":
        return `${each.step} ${each.folder}`;
      case "copy":
      case "move":
        return `${each.step} ${each.from} ${each.to}`;
      case "enable":
      case "disable":
        return `${each.step} ${each.controller} ${each.folder}`;
    }
  });

describe("lab: cgroups of a node", () => {
  it("are one in each hierarchy of v1, with processors and memory to run on", () => {
    const layout: UsableCgroups = {
      kind: "v1",
      hierarchies: [
        { version: 1, mountPoint: "/cg/cpuset", controllers: ["cpuset"] },
        { version: 1, mountPoint: "/cg/pids", controllers: ["pids"] },
        { version: 2, mountPoint: "/cg/unified", controllers: [] },
      ],
    };
    const { tops, programs, before, begun } = nodeCgroups(layout, "n");
    assert.deepEqual(tops, ["/cg/cpuset/n", "/cg/pids/n", "/cg/unified/n"]);
    assert.deepEqual(programs, tops);
    assert.deepEqual(told(before), [
      ...tops.map((folder) => `make ${folder}`),
      "copy /cg/cpuset/cpuset.cpus /cg/cpuset/n/cpuset.cpus",
      "copy /cg/cpuset/cpuset.mems /cg/cpuset/n/cpuset.mems",
    ]);
    assert.deepEqual(begun, []);
  });

  it("are a tree in v2 that has processes in its leaves alone before it gives controllers", () => {
    const { tops, programs, before, begun } = nodeCgroups({ kind: "v2", root: "/cg" }, NAME);
    const top = `/cg/${NAME}`;
    assert.deepEqual([tops, programs], [[top], [`${top}/programs`]]);
    // One that gives controllers already could not be joined.
    assert.deepEqual(told(before), [`remove ${top}`, `make ${top}`]);
    assert.deepEqual(told(begun), [
      `make ${top}/programs`,
      `move ${top} ${top}/programs`,
      `enable cpu ${top}`,
      `enable memory ${top}`,
      `enable pids ${top}`,
    ]);
  });
});

const machine: RootFacts = {
  root: "/cg",
  of: "machine",
  enabled: ["memory", "pids"],
  processes: [2, 3],
  children: ["init.scope", "system.slice", "user.slice"],
};
const container: RootFacts = { root: "/cg", of: "container", enabled: [], processes: [1, 9], children: [] };

describe("lab: the root of cgroup v2", () => {
  it("is left alone where it gives all controllers", () => {
    assert.deepEqual(openSteps({ ...machine, enabled: ["cpuset", "cpu", "io", "memory", "pids"] }), []);
    assert.deepEqual(closeSteps(machine), []);
  });

  it("gets a mark for each controller that it did not give; processes of the machine stay", () => {
    assert.deepEqual(told(openSteps(machine)), ["make /cg/cilium-clustermesh-lab-enabled.cpu", "enable cpu /cg"]);
  });

  it("is without processes in a container before it gives controllers", () => {
    assert.deepEqual(told(openSteps(container)).slice(0, 4), [
      "make /cg/cilium-clustermesh-lab-outside",
      "move /cg /cg/cilium-clustermesh-lab-outside",
      "make /cg/cilium-clustermesh-lab-enabled.cpu",
      "enable cpu /cg",
    ]);
    // A container whose first process is systemd has none there.
    assert.deepEqual(
      told(openSteps({ ...container, processes: [] }))[0],
      "make /cg/cilium-clustermesh-lab-enabled.cpu",
    );
  });

  const left = [
    ...["cpu", "memory", "pids"].map((each) => `cilium-clustermesh-lab-enabled.${each}`),
    "cilium-clustermesh-lab-outside",
  ];

  it("is as before in the end: no controller that was not given, and processes back where they were", () => {
    assert.deepEqual(told(closeSteps({ ...machine, children: [...machine.children, ...left.slice(0, 1)] })), [
      "disable cpu /cg",
      "remove /cg/cilium-clustermesh-lab-enabled.cpu",
    ]);
    const steps = told(closeSteps({ ...container, children: left }));
    assert.deepEqual(steps.slice(-4), [
      "disable pids /cg",
      "remove /cg/cilium-clustermesh-lab-enabled.pids",
      "move /cg/cilium-clustermesh-lab-outside /cg",
      "remove /cg/cilium-clustermesh-lab-outside",
    ]);
  });

  it("stays as it is while a node of any lab is there", () => {
    assert.deepEqual(closeSteps({ ...container, children: [...left, NAME] }), []);
  });
});

describe("lab: steps in cgroups", () => {
  let dir = "";
  const file = (name: string): string => join(dir, name);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "lab-cgroups-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("make folders, copy files, and write controllers as the kernel reads them", async () => {
    writeFileSync(file("cpuset.cpus"), "0-1\n");
    await carryOut([
      { step: "make", folder: file("a/b") },
      { step: "copy", from: file("cpuset.cpus"), to: file("a/b/cpuset.cpus") },
      { step: "enable", folder: file("a"), controller: "memory" },
      { step: "disable", folder: file("a/b"), controller: "cpu" },
    ]);
    assert.equal(readFileSync(file("a/b/cpuset.cpus"), "utf8"), "0-1\n");
    assert.equal(readFileSync(file("a/cgroup.subtree_control"), "utf8"), "+memory");
    assert.equal(readFileSync(file("a/b/cgroup.subtree_control"), "utf8"), "-cpu");
  });

  it("remove a cgroup with those below it, and mind none that is gone", async () => {
    mkdirSync(file("a/b/c"), { recursive: true });
    const steps: readonly CgroupStep[] = [{ step: "remove", folder: file("a") }];
    await carryOut([...steps, ...steps]);
    assert.throws(() => readFileSync(file("a")), /ENOENT/);
  });

  it("name the controller and the file when the kernel refuses one", async () => {
    await assert.rejects(
      carryOut([{ step: "enable", folder: file("gone"), controller: "memory" }]),
      /^Error: the controller memory is not enabled in .*\/gone\/cgroup\.subtree_control: ENOENT/,
    );
  });

  it("refuse to move what cannot be seen", async () => {
    mkdirSync(file("a"));
    writeFileSync(file("a/cgroup.procs"), "0\n12\n");
    await assert.rejects(
      carryOut([{ step: "move", from: file("a"), to: file("b") }]),
      /cgroup .*\/a: has processes of another PID namespace/,
    );
  });
});
