import assert from "node:assert/strict";
import { parseHierarchies } from "../../../lab/host/cgroups";

const line = (mountPoint: string, type: string, options: string): string =>
  `42 24 0:34 / ${mountPoint} rw,relatime shared:9 - ${type} ${type} rw,${options}`;

describe("lab: cgroup hierarchies", () => {
  it("are found with their controllers, joint ones together and named ones not at all", () => {
    const mountInfo = [
      "24 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
      line("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct"),
      line("/sys/fs/cgroup/memory", "cgroup", "memory"),
      line("/sys/fs/cgroup/systemd", "cgroup", "name=systemd"),
      line("/sys/fs/cgroup/unified", "cgroup2", "nsdelegate"),
      "",
    ].join("\n");
    assert.deepEqual(parseHierarchies(mountInfo), [
      { version: 1, mountPoint: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu", "cpuacct"] },
      { version: 1, mountPoint: "/sys/fs/cgroup/memory", controllers: ["memory"] },
      { version: 2, mountPoint: "/sys/fs/cgroup/unified", controllers: [] },
    ]);
  });

  it("count once when they are mounted twice, and not where only a part is", () => {
    const part = line("/part", "cgroup", "pids").replace(" / ", " /docker/1 ");
    const mounted = [part, line("/a", "cgroup", "pids"), line("/b", "cgroup", "pids")].join("\n");
    assert.deepEqual(
      parseHierarchies(mounted).map(({ mountPoint }) => mountPoint),
      ["/a"],
    );
  });
});
