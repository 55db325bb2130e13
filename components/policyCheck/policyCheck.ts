import { z } from "zod";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { Kubectl } from "../kubernetes/kubectl";
import type { Problem } from "../mesh/model/problem";
import { judgePolicies, type JudgedPolicies } from "./model/clusterPolicies";
import { changesNothing, type MeshChange, type PolicyReading } from "./model/meshChange";
import { policyReading } from "./model/policyReading";
import { findPolicies } from "./policyObjects";

/** A cluster whose name or peers are about to change. */
export interface ChangingCluster {
  readonly name: string;
  readonly names: CiliumObjects;
  readonly change: MeshChange;
  /** The owner annotation of the stack's own objects. */
  readonly owner: string;
}

const objects = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      data: z.record(z.string(), z.string()).optional(),
      spec: z
        .object({
          template: z
            .object({
              spec: z
                .object({ containers: z.array(z.object({ name: z.string(), image: z.string().optional() })) })
                .optional(),
            })
            .optional(),
        })
        .optional(),
    }),
  ),
});

async function readingOf(kubectl: Kubectl, names: CiliumObjects): Promise<PolicyReading> {
  const wanted = [`configmap/${names.configMap}`, `daemonset/${names.daemonSet}`];
  const json = await kubectl.read(["get", ...wanted, "-n", names.namespace, "--ignore-not-found", "-o", "json"]);
  const { items } = json.trim() === "" ? { items: [] } : objects.parse(asList(JSON.parse(json)));
  const of = (kind: string) => items.find((each) => each.kind === kind);
  const containers = of("DaemonSet")?.spec?.template?.spec?.containers ?? [];
  const image = containers.find(({ name }) => name === names.agentContainer)?.image ?? "";
  return policyReading(of("ConfigMap")?.data ?? {}, image);
}

/** kubectl prints one object bare. */
function asList(value: unknown): unknown {
  const isList = typeof value === "object" && value !== null && "items" in value;
  return isList ? value : { items: [value] };
}

/** Kinds that could not be looked at: who does not see must not say that all is well. */
function unseenProblem(cluster: string, { kind, reason }: { readonly kind: string; readonly reason: string }): Problem {
  return {
    cluster,
    property: kind,
    reason: `cannot be listed (${reason})`,
    allowed: /\bforbidden\b/i.test(reason)
      ? "let the kubeconfig's user list it in all namespaces"
      : "see what kubectl api-resources and kubectl get --all-namespaces say of it",
  };
}

/**
 * What becomes of a cluster's policies: those that would fail open, with the kinds that nobody has looked at; and those that would fail closed.
 * Asks nothing where nothing changes.
 */
export async function checkPolicies(kubectl: Kubectl, cluster: ChangingCluster): Promise<JudgedPolicies> {
  const { name, names, change, owner } = cluster;
  if (changesNothing(change)) {
    return { opening: [], closing: [] };
  }
  const [reading, { policies, unseen }] = await Promise.all([readingOf(kubectl, names), findPolicies(kubectl)]);
  const { opening, closing } = judgePolicies(name, policies, { ...change, ...reading }, owner);
  return { opening: [...opening, ...unseen.map((each) => unseenProblem(name, each))], closing };
}
