import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ROLLOUT_ANNOTATION } from "../../../components/cilium/model/agentConfig";
import { answerOf, endForked, forked } from "../forked";
import { pathOf, type KubeObject } from "../world/api";
import type { VirtualCluster } from "../world/virtualCluster";
import type { Bench } from "./mode";

/** The objects alone. */
export const FLOOR = "floor";

/** What a mesh has Cilium read its new name and id by, whether a resource or a script of it does so. */
const ROLLED = [
  { apiVersion: "apps/v1", kind: "DaemonSet", name: "cilium" },
  { apiVersion: "apps/v1", kind: "Deployment", name: "cilium-operator" },
] as const;

/** What stands for a secret in an export of a state. */
const SECRET_MARK = "4dabf18193072939515e22adb298388d";

const exportedState = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({
        type: z.string(),
        provider: z.string().optional(),
        inputs: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  }),
});
const named = z.object({ apiVersion: z.string(), kind: z.string(), metadata: z.object({ name: z.string() }) });
const took = z.object({ wallSeconds: z.number(), cpuSeconds: z.number(), requests: z.number() });

/** A value without Pulumi's wrapping of secrets. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (SECRET_MARK in value && "plaintext" in value && typeof value.plaintext === "string") {
    return plain(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** An object that the mesh applies, and where. */
export interface Apply {
  readonly server: string;
  readonly path: string;
  readonly object: KubeObject;
}

/**
 * Every object that a mesh has applied, out of its state with the secrets in the clear.
 *
 * @param servers By the name of a cluster's provider, its API server.
 */
export function appliesOf(exported: string, servers: ReadonlyMap<string, string>): readonly Apply[] {
  const { resources } = exportedState.parse(JSON.parse(exported)).deployment;
  return resources.flatMap(({ type, provider = "", inputs }): Apply[] => {
    const server = servers.get(provider.split("::").at(-2) ?? "");
    if (server === undefined || !type.startsWith("kubernetes:")) {
      return [];
    }
    const object = plain(inputs) as KubeObject;
    const { apiVersion, kind, metadata } = named.parse(object);
    return [{ server, path: pathOf({ apiVersion, kind, name: metadata.name }), object }];
  });
}

/** The annotations that roll agents and operator, where no resource of the state does. */
function rolls(server: string, applied: readonly Apply[]): readonly Apply[] {
  const there = new Set(applied.map((each) => each.server + each.path));
  return ROLLED.map(({ name, ...kind }): Apply => ({
    server,
    path: pathOf({ ...kind, name }),
    object: {
      ...kind,
      metadata: { name, namespace: "kube-system" },
      spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: "bench" } } } },
    },
  })).filter(({ path }) => !there.has(server + path));
}

/** Applies the same objects from one process and nothing else: no tool that writes them can be cheaper. */
export async function measureFloor(bench: Bench, clusters: readonly VirtualCluster[], exported: string): Promise<void> {
  const ofState = appliesOf(exported, new Map(clusters.map(({ name, server }) => [name, server])));
  const applies = [...ofState, ...clusters.flatMap(({ server }) => rolls(server, ofState))];
  const file = join(bench.world.folder, "floor.json");
  // It holds private keys.
  await writeFile(file, JSON.stringify(applies), { mode: 0o600 });
  const child = forked(join(__dirname, "floorProcess.ts"), [file]);
  try {
    const { requests, ...times } = took.parse(await answerOf(child));
    bench.record({
      mode: FLOOR,
      clusters: clusters.length,
      operation: "apply",
      at: new Date().toISOString(),
      ...times,
      requests,
    });
  } finally {
    await endForked(child);
    await rm(file, { force: true });
    await bench.world.renew(clusters);
  }
}
