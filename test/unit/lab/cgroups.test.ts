import assert from "node:assert/strict";
import { cgroupLayout, parseHierarchies } from "../../../lab/host/cgroupLayout";

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

/** Lines of /proc/self/mountinfo as they are on such machines. */
const V2_MACHINES = {
  "Debian 12": `24 30 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:6 - sysfs sysfs rw
31 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:8 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
33 24 0:28 / /sys/fs/bpf rw,nosuid,nodev,noexec,relatime shared:10 - bpf bpf rw,mode=700`,
  "Ubuntu 24.04": `30 23 0:6 / /sys/kernel/security rw,nosuid,nodev,noexec,relatime shared:8 - securityfs securityfs rw
35 23 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot`,
  Fedora: `29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,seclabel,nsdelegate,memory_recursiveprot
30 23 0:27 / /sys/fs/pstore rw,nosuid,nodev,noexec,relatime shared:5 - pstore pstore rw,seclabel`,
  "a privileged container with a cgroup namespace": `1361 1349 0:85 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=64000k,inode64
1363 1346 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot`,
  "one with v1 for something else": `35 23 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
90 23 0:51 / /opt/vpn/net_cls rw,relatime shared:48 - cgroup net_cls rw,net_cls`,
} as const;

const v1Lines = (...controllers: readonly string[]): string =>
  controllers
    .map(
      (each, index) =>
        `${33 + index} 30 0:${28 + index} / /sys/fs/cgroup/${each} rw,nosuid,nodev,noexec,relatime shared:${12 + index} - cgroup cgroup rw,${each}`,
    )
    .join("\n");

const HYBRID_V2 =
  "31 30 0:26 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - cgroup2 cgroup2 rw,nsdelegate";
const HYBRID = `30 21 0:25 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
${HYBRID_V2}
32 30 0:27 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,xattr,name=systemd
${v1Lines("cpu,cpuacct", "blkio", "memory", "net_cls,net_prio", "devices", "freezer", "pids", "cpuset")}`;

const FILE_SYSTEMS = "nodev\tsysfs\nnodev\tcgroup\nnodev\tcgroup2\n\text4\n";
const layoutOf = (
  mountInfo: string,
  controllers = "cpuset cpu io memory hugetlb pids rdma misc\n",
  fileSystems = FILE_SYSTEMS,
) => cgroupLayout({ mountInfo, fileSystems, controllersAt: () => controllers });

describe("lab: cgroups that nodes can be in", () => {
  for (const [machine, mountInfo] of Object.entries(V2_MACHINES)) {
    it(`are v2 on ${machine}`, () => {
      assert.deepEqual(layoutOf(mountInfo), { kind: "v2", root: "/sys/fs/cgroup" });
    });
  }

  it("are v1 where it has the controllers, whatever v2 there is beside", () => {
    const layout = layoutOf(HYBRID, "hugetlb\n");
    assert.ok(layout.kind === "v1");
    assert.deepEqual(layout.hierarchies[0], {
      version: 2,
      mountPoint: "/sys/fs/cgroup/unified",
      controllers: [],
    });
    assert.equal(layoutOf(HYBRID.replace(HYBRID_V2, ""), "").kind, "v1");
  });

  it("are at the mount that can be written to", () => {
    const [readOnly, writable] = [
      "50 23 0:30 / /host/cgroup ro,relatime - cgroup2 cgroup2 rw",
      V2_MACHINES["Debian 12"],
    ];
    assert.deepEqual(layoutOf(`${readOnly}\n${writable}`), { kind: "v2", root: "/sys/fs/cgroup" });
  });

  const container = V2_MACHINES["a privileged container with a cgroup namespace"];
  const lacking: readonly (readonly [string, Parameters<typeof layoutOf>, RegExp])[] = [
    [
      "a v1 hierarchy",
      [HYBRID.replace(v1Lines("cpu,cpuacct"), ""), "hugetlb"],
      /^v1 hierarchies of cpu, cpuacct are not mounted; mount them under/,
    ],
    [
      "a controller of v2",
      [V2_MACHINES["Debian 12"], "cpuset cpu io pids"],
      /^the controller memory is not in \/sys\/fs\/cgroup\/cgroup\.controllers \(cpuset cpu io pids\); boot with cgroup_enable=memory/,
    ],
    [
      "several",
      [V2_MACHINES["Debian 12"], "pids"],
      /^the controllers cpu, memory are not in .*boot with cgroup_enable=cpu cgroup_enable=memory/,
    ],
    [
      "write access, as in a container",
      [container.replace("cgroup rw", "cgroup ro")],
      /^cgroup v2 is mounted read-only at \/sys\/fs\/cgroup; .*--privileged/,
    ],
    [
      "a cgroup namespace",
      [container.replace("0:27 / ", "0:27 /../../system.slice ")],
      /^only the part \/\.\.\/\.\.\/system\.slice of cgroup v2 is mounted, at \/sys\/fs\/cgroup; .*--cgroupns=private/,
    ],
    ["a mount", [""], /^no hierarchy is mounted; mount -t cgroup2 cgroup2 \/sys\/fs\/cgroup$/],
    ["cgroups", ["", "", "nodev\tsysfs\nnodev\tcgroup\n"], /^the kernel has no cgroup v2; use one/],
  ];
  for (const [what, facts, expected] of lacking) {
    it(`are none without ${what}, and the reason says what to do`, () => {
      const layout = layoutOf(...facts);
      assert.ok(layout.kind === "neither");
      assert.match(layout.reason, expected);
    });
  }
});
