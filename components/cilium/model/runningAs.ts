import { z } from "zod";
import { present } from "../../basics/model/own";
import type { MaxConnectedClusters } from "../../mesh/model/mesh";
import { ID_KEY, NAME_KEY } from "./agentConfig";
import { clusterIdOf } from "./podIdentity";

/** Name and id that an agent runs with, as far as it reports them: it reads both at its start alone. */
export interface RunningAs {
  readonly name?: string;
  readonly id?: number;
}

const status = z.object({
  cluster: z.object({ self: z.string().optional() }).nullish(),
  "identity-range": z.object({ "min-identity": z.int().optional() }).nullish(),
});

/**
 * Reads `cilium-dbg status -o json`: `cluster.self` is `<cluster name>/<node>`, and the identities that an agent may give begin with its
 * cluster's id.
 *
 * @throws Error when the text is not the JSON of an agent's status.
 */
export function parseRunningAs(json: string, maxConnectedClusters: MaxConnectedClusters): RunningAs {
  const { cluster, "identity-range": range } = status.parse(JSON.parse(json));
  const [name, node] = cluster?.self?.split("/") ?? [];
  const first = range?.["min-identity"];
  const id = first === undefined ? undefined : clusterIdOf(first, maxConnectedClusters);
  return present({ name: node === undefined ? undefined : name, id });
}

/** Whether an agent runs with another name or id than it should. What it does not report counts as right. */
export function runsOtherwise({ name, id }: RunningAs, desired: Readonly<Record<string, string>>): boolean {
  return (name !== undefined && name !== desired[NAME_KEY]) || (id !== undefined && String(id) !== desired[ID_KEY]);
}

/** What an agent runs with, for a message. */
export function describeRunningAs({ name, id }: RunningAs): string {
  return `${name ?? "a name that it does not say"}, id ${id === undefined ? "unknown" : String(id)}`;
}

const daemonSet = z.object({
  spec: z.object({
    updateStrategy: z
      .object({
        rollingUpdate: z.object({ maxUnavailable: z.union([z.int(), z.string()]).optional() }).nullish(),
      })
      .nullish(),
  }),
  status: z.object({ desiredNumberScheduled: z.int().default(0) }).nullish(),
});

/**
 * How many agents of a DaemonSet may be restarted at a time: its `maxUnavailable`, a number or a percentage of its pods (rounded up, as
 * Kubernetes does), and at least one.
 */
export function agentsAtATime(json: string): number {
  const { spec, status: counted } = daemonSet.parse(JSON.parse(json));
  const wanted = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const percent = typeof wanted === "string" ? /^(\d+)%$/.exec(wanted)?.[1] : undefined;
  const pods = counted?.desiredNumberScheduled ?? 0;
  const number = percent === undefined ? Number(wanted) : Math.ceil((Number(percent) * pods) / 100);
  return Number.isInteger(number) ? Math.max(1, number) : 1;
}
