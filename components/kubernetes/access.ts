import { z } from "zod";
import { own } from "../basics/model/own";
import { readSecrets } from "../command/protocol";
import type { ApiAccess } from "./clusterApi";

/** The kubeconfigs by cluster name. Clusters without one are reached by their context. */
export function readKubeconfigs(): Promise<Readonly<Record<string, string>>> {
  return readSecrets(z.record(z.string(), z.string()));
}

/** How to reach a cluster, from its plain context and the secrets of standard input. */
export function accessTo(
  cluster: { readonly name: string; readonly context?: string | undefined },
  kubeconfigs: Readonly<Record<string, string>>,
): ApiAccess {
  const content = own(kubeconfigs, cluster.name);
  if (content !== undefined) return { kind: "kubeconfig", content };
  if (cluster.context === undefined) {
    throw new Error(`cluster "${cluster.name}": neither context nor kubeconfig was given`);
  }
  return { kind: "context", context: cluster.context };
}
