import { join } from "node:path";
import { NEEDED_V2, type UsableCgroups } from "./cgroupLayout";

/** One change of the cgroups of this machine. */
export type CgroupStep =
  | { readonly step: "make"; readonly folder: string }
  /** Removes a cgroup with all below it, once nothing runs there. */
  | { readonly step: "remove"; readonly folder: string }
  | { readonly step: "copy"; readonly from: string; readonly to: string }
  /** Moves all processes of a cgroup itself, not of those below it. */
  | { readonly step: "move"; readonly from: string; readonly to: string }
  /** Gives the cgroups below a folder a controller, or takes it from them. */
  | { readonly step: "enable" | "disable"; readonly folder: string; readonly controller: string };

/** The cgroups of one node. */
export interface NodeCgroups {
  /** Folders that are the root of what the node sees: its first process makes the namespace there. */
  readonly tops: readonly string[];
  /** Folders that the node's own programs are in. */
  readonly programs: readonly string[];
  /** What is done before the first process starts. */
  readonly before: readonly CgroupStep[];
  /** What is done once it is in its namespaces. */
  readonly begun: readonly CgroupStep[];
}

/** How the cgroups of all nodes of all labs begin. */
export const NODE_PREFIX = "cilium-clustermesh-lab.";
/** Where processes are meanwhile that were in the root itself. */
const OUTSIDE = "cilium-clustermesh-lab-outside";
/** An empty cgroup of such a name says that labs have enabled a controller in the root: every lab sees it, and a reboot forgets both. */
const ENABLED = "cilium-clustermesh-lab-enabled.";

/**
 * The cgroups of the node `name`, at the top of every hierarchy.
 *
 * In v2, a cgroup that gives controllers to those below it can have no processes of its own ("no internal processes"). The node's first process
 * has to be in the top while it makes the cgroup namespace, for the top becomes that namespace's root; then it moves into a cgroup below, beside
 * which the kubelet and runc make those of pods. A top that was left behind gives controllers still, and nothing could start there: it is made anew.
 */
export function nodeCgroups(layout: UsableCgroups, name: string): NodeCgroups {
  if (layout.kind === "v1") {
    const tops = layout.hierarchies.map(({ mountPoint }) => join(mountPoint, name));
    // A new cpuset is empty, and nothing can run in an empty one.
    const cpusets = layout.hierarchies
      .filter(({ controllers }) => controllers.includes("cpuset"))
      .flatMap(({ mountPoint }) =>
        ["cpuset.cpus", "cpuset.mems"].map((file): CgroupStep => ({
          step: "copy",
          from: join(mountPoint, file),
          to: join(mountPoint, name, file),
        })),
      );
    const made = tops.map((folder): CgroupStep => ({ step: "make", folder }));
    return { tops, programs: tops, before: [...made, ...cpusets], begun: [] };
  }
  const top = join(layout.root, name);
  const programs = join(top, "programs");
  return {
    tops: [top],
    programs: [programs],
    before: [
      { step: "remove", folder: top },
      { step: "make", folder: top },
    ],
    begun: [
      { step: "make", folder: programs },
      { step: "move", from: top, to: programs },
      ...NEEDED_V2.map((controller): CgroupStep => ({ step: "enable", folder: top, controller })),
    ],
  };
}

/** The root of v2 as this machine, or this container, sees it. */
export interface RootFacts {
  readonly root: string;
  /** A container's root is a cgroup below the machine's, for which the rule about processes holds; for the machine's own it does not. */
  readonly of: "machine" | "container";
  /** Controllers that the cgroups below it have. */
  readonly enabled: readonly string[];
  /** Processes in the root itself. */
  readonly processes: readonly number[];
  /** Names of the cgroups below it. */
  readonly children: readonly string[];
}

/**
 * What has to be done to the root of v2 before there can be nodes below it; nothing where it gives the controllers already, as most machines
 * with systemd do.
 *
 * Nodes are at the root, and not below the cgroup of the shell: that one is a scope of systemd or of a login with processes of its own, ends
 * with the session, and its limits would be those of the nodes. systemd leaves cgroups alone that it did not make. It may want to take a controller
 * from the root again that none of its units needs; the kernel refuses that while a node gives it to its pods.
 */
export function openSteps({ root, of, enabled, processes }: RootFacts): readonly CgroupStep[] {
  const missing = NEEDED_V2.filter((controller) => !enabled.includes(controller));
  if (missing.length === 0) return [];
  const outside = join(root, OUTSIDE);
  return [
    ...(of === "container" && processes.length > 0
      ? ([
          { step: "make", folder: outside },
          { step: "move", from: root, to: outside },
        ] as const)
      : []),
    ...missing.flatMap((controller): readonly CgroupStep[] => [
      { step: "make", folder: join(root, `${ENABLED}${controller}`) },
      { step: "enable", folder: root, controller },
    ]),
  ];
}

/** Makes the root as it was before {@link openSteps}; nothing while a node of any lab is there. */
export function closeSteps({ root, children }: RootFacts): readonly CgroupStep[] {
  if (children.some((name) => name.startsWith(NODE_PREFIX))) return [];
  const marks = children.filter((name) => name.startsWith(ENABLED));
  const outside = join(root, OUTSIDE);
  return [
    ...marks.flatMap((name): readonly CgroupStep[] => [
      { step: "disable", folder: root, controller: name.slice(ENABLED.length) },
      { step: "remove", folder: join(root, name) },
    ]),
    ...(children.includes(OUTSIDE)
      ? ([
          { step: "move", from: outside, to: root },
          { step: "remove", folder: outside },
        ] as const)
      : []),
  ];
}
