import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { knownValue } from "../basics/known";
import { present } from "../basics/model/own";
import { etcdFacts } from "../settings/model/cluster";
import { error, type Diagnostic } from "./model/diagnostic";
import { problemsOf } from "./model/issues";
import { apiserverEtcd, completed, type Cluster, type EtcdSpec, type WrittenCluster } from "./model/mesh";
import type { Found } from "./model/publication";
import { keysAt } from "./model/schemaKeys";

type Texts = pulumi.Input<readonly pulumi.Input<string>[]>;

/** A cluster's etcd in the arguments of a program. What another resource has, such as the address of a load balancer, may be an output. */
export interface EtcdInputs {
  /** `https://host:port` of Cilium's etcd, as the peers reach it. */
  readonly endpoints: Texts;
  /** The addresses behind the name of an endpoint that DNS does not know. Needs Cilium 1.20 in the peers. @default none */
  readonly hostAliases?: pulumi.Input<Readonly<Record<string, Texts>>>;
  /** With `etcdUsers: manage`: how the machine that runs Pulumi reaches this etcd. @default `endpoints` */
  readonly adminEndpoints?: Texts;
}

/** A cluster of a plan. What decides which resources exist is plain; what is in them may be known later. */
export interface PlannedCluster extends Omit<Cluster, "etcd"> {
  readonly etcd: EtcdSpec | pulumi.Output<EtcdSpec>;
}

const schema = z.object(etcdFacts);

/** An etcd of which nothing is an output; nothing where something is. What a program leaves `undefined` is left out. */
export function plainEtcd(etcd: EtcdInputs): EtcdSpec | undefined {
  return schema.safeParse(present({ ...etcd })).data;
}

/** An etcd by itself, without what else stands beside it. */
export function plannedEtcd(etcd: EtcdInputs): PlannedCluster["etcd"] {
  const { endpoints, hostAliases, adminEndpoints } = etcd;
  return plainEtcd(etcd) ?? pulumi.output({ endpoints, ...present({ hostAliases, adminEndpoints }) });
}

/** A cluster of a plan, by what is written down of it and what was found. */
export function plannedCluster<Described extends Omit<WrittenCluster, "etcd"> & { readonly etcd?: EtcdInputs }>(
  described: Described,
  found: Found | undefined,
): Omit<Described, "etcd" | "apiserver"> & Omit<PlannedCluster, "name"> {
  const { etcd, apiserver, ...cluster } = described;
  const dialled =
    etcd === undefined
      ? apiserverEtcd({ ...(apiserver === undefined ? {} : { apiserver }) }, found)
      : plannedEtcd(etcd);
  return { ...cluster, ...completed(described, found), etcd: dialled };
}

/** What is known of an etcd by now: nothing yet where one of its texts is made by the same `up`, as in a preview. */
export type KnownEtcd =
  | { readonly kind: "known"; readonly etcd: EtcdSpec }
  | { readonly kind: "notYet" }
  | { readonly kind: "wrong"; readonly problems: readonly Diagnostic[] };

/** Waits for an etcd's texts. What is none, or a secret, is wrong: messages have endpoints in them. */
export async function knownEtcd(cluster: string, given: EtcdInputs): Promise<KnownEtcd> {
  const output = pulumi.output(plannedEtcd(given));
  if (await pulumi.isSecret(output)) {
    const fix = "give what is none (pulumi.unsecret)";
    const problem = error({ cluster, property: "etcd", reason: "is a secret, and messages show endpoints", fix });
    return { kind: "wrong", problems: [problem] };
  }
  const value = await knownValue(output);
  if (value === undefined) {
    return { kind: "notYet" };
  }
  const { data, error: failed } = schema.safeParse(value);
  if (data !== undefined) {
    return { kind: "known", etcd: data };
  }
  const at = (path: readonly PropertyKey[]) => ["clusters", cluster, "etcd", ...path];
  const problems = failed.issues.flatMap((issue) =>
    problemsOf(
      { ...issue, path: at(issue.path) },
      { clusters: { [cluster]: { etcd: value } } },
      keysAt(schema, issue.path),
    ),
  );
  return { kind: "wrong", problems };
}
