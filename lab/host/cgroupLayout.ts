/** One cgroup hierarchy of this machine and where it is mounted. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** Controllers of a v1 hierarchy, as `mount -o` takes them; none for v2. */
  readonly controllers: readonly string[];
}

/** Which cgroups of this machine nodes can be in. */
export type UsableCgroups =
  /** All controllers in v1; a v2 hierarchy without them may be mounted beside. */
  | { readonly kind: "v1"; readonly hierarchies: readonly Hierarchy[] }
  /** All controllers in v2, mounted at `root`. */
  | { readonly kind: "v2"; readonly root: string };

export type CgroupLayout = UsableCgroups | { readonly kind: "neither"; readonly reason: string };

const KNOWN_CONTROLLERS = new Set([
  ...["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"],
  ...["net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc"],
]);

/** Without one of these in v1, the kubelet or runc does not start. */
const NEEDED_V1 = ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "pids"];

/** What v2 has to have: the kubelet and runc take what there is, and these are what limits of pods are set with. */
export const NEEDED_V2 = ["cpu", "memory", "pids"] as const;

interface CgroupMount extends Hierarchy {
  /** What of the hierarchy is mounted: `/` is all that this cgroup namespace has. */
  readonly root: string;
  readonly access: "read-write" | "read-only";
}

function cgroupMounts(mountInfo: string): readonly CgroupMount[] {
  return mountInfo.split("\n").flatMap((line): CgroupMount[] => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "", mountPoint = "", mountOptions = ""] = left.split(" ");
    const [type = "", , options = ""] = right.split(" ");
    const readOnly = [mountOptions, options].some((each) => each.split(",").includes("ro"));
    const mount = { root, mountPoint, access: readOnly ? "read-only" : "read-write" } as const;
    if (type === "cgroup2") return [{ ...mount, version: 2, controllers: [] }];
    // Named hierarchies such as systemd's have no controllers.
    const controllers = options.split(",").filter((option) => KNOWN_CONTROLLERS.has(option));
    return type === "cgroup" && controllers.length > 0 ? [{ ...mount, version: 1, controllers }] : [];
  });
}

/** The cgroup hierarchies out of /proc/self/mountinfo, each once; not those of which only a part is mounted, for another program. */
export function parseHierarchies(mountInfo: string): readonly Hierarchy[] {
  const whole = cgroupMounts(mountInfo).filter(({ root }) => root === "/");
  const found = whole.map(({ version, mountPoint, controllers }): Hierarchy => ({ version, mountPoint, controllers }));
  const unique = new Map(found.toReversed().map((each) => [each.controllers.join(), each]));
  return [...unique.values()].reverse();
}

/** What this machine says about its cgroups. */
export interface CgroupFacts {
  /** /proc/self/mountinfo. */
  readonly mountInfo: string;
  /** /proc/filesystems. */
  readonly fileSystems: string;
  /** `cgroup.controllers` of a mounted v2 hierarchy. */
  readonly controllersAt: (mountPoint: string) => string;
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);

function v2Layout({ mountInfo, fileSystems, controllersAt }: CgroupFacts): CgroupLayout {
  const neither = (reason: string): CgroupLayout => ({ kind: "neither", reason });
  const mounts = cgroupMounts(mountInfo).filter(({ version }) => version === 2);
  const whole = mounts.filter(({ root }) => root === "/");
  const usable = whole.find(({ access }) => access === "read-write");
  if (usable === undefined) {
    const [readOnly, part] = [whole[0], mounts[0]];
    if (readOnly !== undefined) {
      return neither(
        `cgroup v2 is mounted read-only at ${readOnly.mountPoint}; a container needs --privileged --cgroupns=private`,
      );
    }
    if (part !== undefined) {
      return neither(
        `only the part ${part.root} of cgroup v2 is mounted, at ${part.mountPoint}; a container needs --privileged --cgroupns=private`,
      );
    }
    return neither(
      words(fileSystems).includes("cgroup2")
        ? "no hierarchy is mounted; mount -t cgroup2 cgroup2 /sys/fs/cgroup"
        : "the kernel has no cgroup v2; use one built with CONFIG_CGROUPS",
    );
  }
  const { mountPoint } = usable;
  const available = words(controllersAt(mountPoint));
  const missing = NEEDED_V2.filter((controller) => !available.includes(controller));
  if (missing.length === 0) return { kind: "v2", root: mountPoint };
  return neither(
    `the ${missing.length === 1 ? "controller" : "controllers"} ${missing.join(", ")} ` +
      `${missing.length === 1 ? "is" : "are"} not in ${mountPoint}/cgroup.controllers (${available.join(" ")}); ` +
      `boot with ${missing.map((each) => `cgroup_enable=${each}`).join(" ")}, or have the container given them`,
  );
}

/** Which cgroups nodes can be in. Where v1 has all of the controllers, v2 has none of them. */
export function cgroupLayout(facts: CgroupFacts): CgroupLayout {
  const hierarchies = parseHierarchies(facts.mountInfo);
  const mounted = new Set(hierarchies.flatMap(({ controllers }) => controllers));
  const missing = NEEDED_V1.filter((controller) => !mounted.has(controller));
  if (missing.length === 0) return { kind: "v1", hierarchies };
  const layout = v2Layout(facts);
  if (layout.kind === "v2" || missing.length === NEEDED_V1.length) return layout;
  return {
    kind: "neither",
    reason: `v1 hierarchies of ${missing.join(", ")} are not mounted; mount them under /sys/fs/cgroup`,
  };
}
