import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { knownValue } from "../basics/known";
import { present } from "../basics/model/own";
import { etcdFacts } from "../settings/model/cluster";
import { error } from "./model/diagnostic";
import { problemsOf } from "./model/issues";
import type { Cluster, EtcdSpec } from "./model/mesh";
import { cannotWork } from "./refusal";

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

/**
 * An etcd whose texts are at hand; nothing where one of them is known only once something is made, as in a preview.
 *
 * @throws RunError where it is none, or a secret: messages have endpoints in them.
 */
export async function knownEtcd(cluster: string, etcd: EtcdInputs): Promise<EtcdSpec | undefined> {
  const output = pulumi.output(plannedEtcd(etcd));
  if (await pulumi.isSecret(output)) {
    const fix = "give what is none (pulumi.unsecret)";
    throw cannotWork([error({ cluster, property: "etcd", reason: "is a secret, and messages show endpoints", fix })]);
  }
  const value = await knownValue(output);
  if (value === undefined) {
    return undefined;
  }
  const { data, error: failed } = schema.safeParse(value);
  if (data === undefined) {
    const at = (path: readonly PropertyKey[]) => ["clusters", cluster, "etcd", ...path];
    const problems = failed.issues.flatMap((issue) =>
      problemsOf({ ...issue, path: at(issue.path) }, { clusters: { [cluster]: { etcd: value } } }),
    );
    throw cannotWork(problems);
  }
  return data;
}
