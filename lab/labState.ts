import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Log } from "./cache/progress";
import {
  CILIUM_MODES,
  type CiliumSetup,
  DEFAULT_SETUP,
  defaultKubeProxyReplacement,
  describeSetup,
  IP_FAMILIES,
  ROUTINGS,
} from "./ciliumObjects/setup";
import { namesIn, writePrivate } from "./host/files";
import { labsFolder } from "./host/folders";
import { withLock } from "./host/lock";
import { findFreeSlot, type SlotClaim } from "./slot";

const NAME = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/;

/** The lab's folder; checks the name, which becomes part of paths. */
export function labFolder(name: string): string {
  if (!NAME.test(name)) {
    throw new Error(
      `lab name "${name}": use 1 to 32 lower-case letters, digits and "-", beginning and ending with a letter or digit`,
    );
  }
  return join(labsFolder(), name);
}

/** A lab from before there were such settings had native routing, and kube-proxy replacement by its mode. */
const SETUP = z
  .object({
    mode: z.enum(CILIUM_MODES),
    identity: z.object({ name: z.string(), id: z.number() }),
    routing: z.enum(ROUTINGS).default("native"),
    kubeProxyReplacement: z.boolean().optional(),
    ipFamilies: z.enum(IP_FAMILIES).default("ipv4"),
  })
  .transform(({ kubeProxyReplacement, ...setup }): CiliumSetup => ({
    ...setup,
    kubeProxyReplacement: kubeProxyReplacement ?? defaultKubeProxyReplacement(setup.mode),
  }));

const CLAIM = z.object({
  slot: z.number(),
  portOffset: z.number(),
  nodes: z.array(z.number()).default([]),
  cilium: z.array(SETUP).default([]),
});

const claimFile = (labDir: string): string => join(labDir, "lab.json");

/** What the lab has claimed; undefined when there is no such lab. */
export function readClaim(labDir: string): SlotClaim | undefined {
  if (!existsSync(claimFile(labDir))) return undefined;
  const claim = CLAIM.safeParse(JSON.parse(readFileSync(claimFile(labDir), "utf8")));
  if (claim.success) return claim.data;
  throw new Error(`${claimFile(labDir)}: not a lab's claim; remove the lab's folder ${labDir}`);
}

/** The labs of this machine by name, running or not. */
export const labNames = (): readonly string[] =>
  namesIn(labsFolder())
    .filter((name) => NAME.test(name) && existsSync(claimFile(labFolder(name))))
    .sort();

const takenSlots = (): Set<number> => {
  const slots = namesIn(labsFolder()).map((lab) => readClaim(join(labsFolder(), lab))?.slot);
  return new Set(slots.filter((slot) => slot !== undefined));
};

function writeClaim(labDir: string, claim: SlotClaim): void {
  mkdirSync(labDir, { recursive: true, mode: 0o700 });
  writePrivate(claimFile(labDir), JSON.stringify(claim));
}

/** What is asked of a lab. */
export type AskedShape = Pick<SlotClaim, "nodes" | "cilium">;

const isOther = (labDir: string, has: string): Error =>
  new Error(
    `lab "${basename(labDir)}" runs with ${has}; end it with npm run lab -- down --name ${basename(labDir)}, or use another name`,
  );

const longer = (one: readonly unknown[], other: readonly unknown[]) => ({ length: Math.max(one.length, other.length) });

/** The setups of a lab's clusters with those that are asked for: Cilium of a cluster that is there stays as it is. */
function growSetups(labDir: string, known: SlotClaim["cilium"], asked: SlotClaim["cilium"]): readonly CiliumSetup[] {
  const there = new Set(clusterNumbers(labDir));
  return Array.from(longer(known, asked), (_, index) => {
    const [has = DEFAULT_SETUP, wanted = has] = [known[index], asked[index]];
    if (there.has(index + 1) && !isDeepStrictEqual(has, wanted)) {
      throw isOther(labDir, `${describeSetup(has)} in cluster${index + 1}, not with ${describeSetup(wanted)}`);
    }
    return wanted;
  });
}

/** The lab's shape with what is asked for now: clusters and nodes can be added, never taken away. */
function grow(labDir: string, claim: SlotClaim, asked: AskedShape): SlotClaim {
  if ((claim.nodes.length === 0) !== (asked.nodes.length === 0)) {
    throw isOther(labDir, claim.nodes.length === 0 ? "control planes alone" : `nodes (${claim.nodes.join(", ")})`);
  }
  const nodes = Array.from(longer(claim.nodes, asked.nodes), (_, index) =>
    Math.max(claim.nodes[index] ?? 0, asked.nodes[index] ?? 0),
  );
  return { ...claim, nodes, cilium: growSetups(labDir, claim.cilium, asked.cilium) };
}

/** Looks whether a lab, where it is there, can get the shape that is asked for. @throws Error that names what it has. */
export function checkShape(labDir: string, asked: AskedShape): void {
  const known = readClaim(labDir);
  if (known !== undefined) grow(labDir, known, asked);
}

/** The lab's claim, made now when it has none; two labs never get the same. */
export async function ensureClaim(labDir: string, { nodes, cilium }: AskedShape): Promise<SlotClaim> {
  const known = readClaim(labDir);
  if (known !== undefined) {
    const grown = grow(labDir, known, { nodes, cilium });
    writeClaim(labDir, grown);
    return grown;
  }
  return withLock("slots", async () => {
    const claim = { ...(await findFreeSlot(takenSlots())), nodes, cilium };
    writeClaim(labDir, claim);
    return claim;
  });
}

/** Runs `work` while no other process works on the lab. */
export const withLab = <T>(name: string, log: Log, work: () => Promise<T>): Promise<T> =>
  withLock(`lab-${name}`, work, () => {
    log(`waiting for another process that works on lab "${name}"`);
  });

/** Numbers of the clusters that the lab has, running or not. */
export const clusterNumbers = (labDir: string): number[] =>
  namesIn(labDir)
    .flatMap((entry) => /^cluster(\d+)$/.exec(entry)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);

/** Removes the lab's folder, and the folders above it that only labs use when this was the last. */
export function removeLabFolder(labDir: string): void {
  const mounted = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((mountPoint) => mountPoint.startsWith(`${labDir}/`));
  if (mounted.length > 0) {
    throw new Error(`${labDir} is not removed: unmount what is mounted in it first: ${mounted.join(", ")}`);
  }
  rmSync(labDir, { recursive: true, force: true });
  for (const dir of [dirname(labDir), dirname(dirname(labDir))]) {
    try {
      rmdirSync(dir);
    } catch {
      // Not empty, or not there: either way nothing of this lab is left.
      return;
    }
  }
}
