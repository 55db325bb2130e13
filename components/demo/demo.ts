import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own, present } from "../basics/model/own";
import { ownedBy, RETAINED } from "../kubernetes/ownership";
import { demoPings, type DemoPings, type DemoPingsArgs } from "./demoPings";
import { demoPolicy } from "./demoPolicy";
import { demoService, demoWorkload } from "./demoWorkloads";
import { demoClusters, demoNamespaces, demoWorkloads, type DemoSettings } from "./model/demo";
import { verdictTable, type Verdict } from "./model/demoVerdicts";

/** The arguments of {@link Demo}. */
export interface DemoArgs extends DemoPingsArgs {
  /** The clusters' providers by name. */
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  readonly owner: string;
}

/** The workloads that show the mesh at work, the policy that shows identities at work across it, and the pings that prove both. */
export class Demo extends pulumi.ComponentResource {
  /** Who reaches the database, before the policy and after it; only what is expected where nothing is pinged. */
  readonly verdicts: pulumi.Output<readonly Verdict[]>;
  /** What the agent at the database has logged of the pings that the policy kept out; absent where nothing is pinged. */
  readonly drops: pulumi.Output<readonly string[]> | undefined;

  constructor(name: string, args: DemoArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:Demo", name, {}, opts);
    const { demo, providers, owner } = args;
    const child = (cluster: string, dependsOn: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions => {
      const provider = own(providers, cluster);
      return { parent: this, dependsOn: [...dependsOn], ...(provider === undefined ? {} : { provider }) };
    };
    const inNamespace = makeNamespaces(name, demo, owner, child);

    const workloads = demoWorkloads(demo).map((workload) =>
      demoWorkload(name, workload, demo, owner, inNamespace(workload.cluster, workload.namespace)),
    );
    const services = demoClusters(demo).map((cluster) =>
      demoService(name, cluster, demo, owner, inNamespace(cluster, demo.serverNamespace)),
    );
    const before = demoPings(name, "before", args, [...workloads, ...services], { parent: this });
    const policy = demoPolicy(name, demo, owner, child(demo.serverCluster, before.done));
    const after = demoPings(name, "after", args, [policy], { parent: this });

    this.verdicts = verdictsOf(demo, before, after);
    this.drops = after.report?.apply(({ drops }) => drops);
    this.registerOutputs(present({ verdicts: this.verdicts, drops: this.drops }));
  }
}

function verdictsOf(demo: DemoSettings, before: DemoPings, after: DemoPings): pulumi.Output<readonly Verdict[]> {
  if (before.report === undefined || after.report === undefined) {
    return pulumi.output(verdictTable(demo));
  }
  return pulumi
    .all([before.report, after.report])
    .apply(([pingsBefore, pingsAfter]) => verdictTable(demo, { before: pingsBefore, after: pingsAfter }));
}

type OptionsIn = (cluster: string, dependsOn?: readonly pulumi.Resource[]) => pulumi.CustomResourceOptions;

/**
 * Makes the namespaces, and gives the options of what is put into one. A slash in the names: clusters and namespaces may have every other
 * separator in theirs.
 */
function makeNamespaces(
  name: string,
  demo: DemoSettings,
  owner: string,
  child: OptionsIn,
): (cluster: string, namespace: string) => pulumi.CustomResourceOptions {
  const made = demoClusters(demo).flatMap((cluster) =>
    demoNamespaces(demo, cluster).map((namespace) => ({
      cluster,
      namespace,
      resource: new k8s.core.v1.Namespace(
        `${name}-${cluster}/${namespace}`,
        { metadata: { name: namespace, annotations: ownedBy(owner) } },
        { ...child(cluster), ...RETAINED },
      ),
    })),
  );
  return (cluster, namespace) =>
    child(
      cluster,
      made.filter((each) => each.cluster === cluster && each.namespace === namespace).map((each) => each.resource),
    );
}
