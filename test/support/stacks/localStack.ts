import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { LabCluster } from "../../../lab";
import { clusterConfig } from "./meshConfig";
import type { PulumiStack } from "./pulumi";

const ROOT = resolve(__dirname, "..", "..", "..");
const PREFIX = "clustermesh:";

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

/** The configuration of the stack `local`, with the addresses that the lab's clusters have on this machine. */
export async function localConfig(clusters: readonly LabCluster[]): Promise<Readonly<Record<string, unknown>>> {
  const { config } = stackFile.parse(parse(await readFile(join(ROOT, "stacks", "Pulumi.local.yaml"), "utf8")));
  const own = Object.entries(config).map(([key, value]) => [key.replace(PREFIX, ""), value] as const);
  return {
    ...Object.fromEntries(own),
    clusters: Object.fromEntries(clusters.map((each) => [each.name, clusterConfig(each)])),
  };
}

/**
 * Has a stack adopt the authority of every etcd of Cilium's own, as a user does whose etcds have certificates already. Clusters with
 * clustermesh-apiserver have their own authority, which the program reads.
 */
export async function adoptEtcdAuthorities(stack: PulumiStack, clusters: readonly LabCluster[]): Promise<void> {
  const own = clusters.filter(({ mode }) => mode === "kvstore");
  if (own.length === 0) return;
  await stack.setPlain("authority", "adopted");
  for (const { name, ciliumEtcd } of own) {
    await stack.setSecret(`clusters.${name}.etcd.ca.certificate`, await readFile(ciliumEtcd.caFile, "utf8"));
    await stack.setSecret(`clusters.${name}.etcd.ca.privateKey`, await readFile(ciliumEtcd.caKeyFile, "utf8"));
  }
}
