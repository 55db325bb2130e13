import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { demoPolicy } from "./demoPolicy";
import { demoService, demoWorkload } from "./demoWorkloads";
import { ownedBy } from "./ownership";
import { demoClusters, demoNamespaces, demoWorkloads, type DemoSettings } from "./model/demo";

/** The arguments of {@link Demo}. */
export interface DemoArgs {
  readonly demo: DemoSettings;
  /** The clusters' providers by name. */
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  readonly owner: string;
}

/** The workloads that show the mesh at work, and the policy that shows identities at work across it. */
export class Demo extends pulumi.ComponentResource {
  constructor(name: string, { demo, providers, owner }: DemoArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:Demo", name, {}, opts);
    const child = (cluster: string, dependsOn: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions => {
      const provider = providers[cluster];
      return { parent: this, dependsOn: [...dependsOn], ...(provider === undefined ? {} : { provider }) };
    };

    const namespaces = demoClusters(demo).flatMap((cluster) =>
      demoNamespaces(demo, cluster).map((namespace) => ({
        cluster,
        namespace,
        made: makeNamespace(cluster, namespace, owner, child(cluster)),
      })),
    );
    const inNamespace = (cluster: string, namespace: string) =>
      child(
        cluster,
        namespaces.filter((each) => each.cluster === cluster && each.namespace === namespace).map((each) => each.made),
      );

    const workloads = demoWorkloads(demo).map((workload) =>
      demoWorkload(workload, demo, owner, inNamespace(workload.cluster, workload.namespace)),
    );
    demoClusters(demo).forEach((cluster) =>
      demoService(cluster, demo, owner, inNamespace(cluster, demo.serverNamespace)),
    );
    demoPolicy(demo, owner, child(demo.serverCluster, workloads));
    this.registerOutputs({});
  }
}

/** A slash in the names: clusters and namespaces may have every other separator in theirs. */
function makeNamespace(
  cluster: string,
  namespace: string,
  owner: string,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
  return new k8s.core.v1.Namespace(
    `${cluster}/${namespace}`,
    { metadata: { name: namespace, annotations: ownedBy(owner) } },
    opts,
  );
}
