import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own, present } from "./basics/model/own";
import type { ClusterMesh } from "./clusterMesh";
import { demoPings, type DemoPings } from "./demo/demoPings";
import { demoPolicy } from "./demo/demoPolicy";
import { demoService, demoWorkload } from "./demo/demoWorkloads";
import {
  demoClusters,
  demoNamespaces,
  demoObjects,
  demoSettings,
  demoWorkloads,
  validateDemo,
  type DemoChoice,
  type DemoSettings,
} from "./demo/model/demo";
import { verdictTable, type Verdict } from "./demo/model/demoVerdicts";
import { formerNames } from "./formerNames";
import { ownedBy, RETAINED } from "./kubernetes/ownership";
import { notAmong } from "./kubernetes/model/managedObject";
import { error } from "./mesh/model/diagnostic";
import { refusal } from "./mesh/refusal";
import type { MeshPlan } from "./meshPlan";

/** The arguments of {@link ClusterMeshDemo}. */
export interface ClusterMeshDemoArgs extends DemoChoice {
  /** The mesh that it shows at work. Its `objects` are to have those of {@link demoObjects}. */
  readonly mesh: ClusterMesh;
}

/**
 * The workloads that show a mesh at work, the policy that shows identities at work across it, and the pings that prove both. Unless it is given
 * another parent, it is a child of the mesh.
 *
 * @throws RunError with all that is wrong, before any resource of the demo is registered.
 */
export class ClusterMeshDemo extends pulumi.ComponentResource {
  /** Who reaches the database, before the policy and after it; only what is expected where nothing is pinged. */
  readonly verdicts: pulumi.Output<readonly Verdict[]>;
  /** What the agent at the database has logged of the pings that the policy kept out; absent where nothing is pinged. */
  readonly drops: pulumi.Output<readonly string[]> | undefined;

  constructor(name: string, { mesh, ...choice }: ClusterMeshDemoArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { plan, providers } = mesh.foundation;
    const { owner, settings } = plan;
    refuseWrong(choice, plan);
    super("clustermesh:index:Demo", name, {}, optionsOf(name, mesh, opts));
    const demo = demoSettings(choice, settings.wait);
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
    const pinged = { ...mesh.foundation, demo, cilium: settings.cilium };
    const before = demoPings(name, "before", pinged, [...workloads, ...services], { parent: this });
    const policy = demoPolicy(name, demo, owner, child(demo.serverCluster, before.done));
    const after = demoPings(name, "after", pinged, [policy], { parent: this });

    this.verdicts = verdictsOf(demo, before, after);
    this.drops = after.report?.apply(({ drops }) => drops);
    this.registerOutputs(present({ verdicts: this.verdicts, drops: this.drops }));
  }
}

/** Refuses a demo that cannot work, and one that destroy would leave behind: the mesh removes what it was given, and nothing else. */
function refuseWrong(choice: DemoChoice, { managed, lost, settings: { objects = {} } }: MeshPlan): void {
  const clusters = [...managed, ...lost].map(({ cluster }) => cluster);
  const isMissing = Object.entries(demoObjects(choice)).some(
    ([name, made]) => notAmong(made, own(objects, name) ?? []).length > 0,
  );
  const missing = error({
    property: "mesh.objects",
    reason: "lacks objects of this demo, so destroy would leave them behind",
    fix: `give the mesh objects: demoObjects({ clusters: ${JSON.stringify(choice.clusters)} }), with the demo's other settings`,
  });
  const problems = [...validateDemo(choice, clusters), ...(isMissing ? [missing] : [])];
  if (problems.length > 0) {
    throw refusal("this demo cannot work", problems);
  }
}

/** A demo was a part of its mesh, and named like it: a stack that is up finds it there. */
function optionsOf(
  name: string,
  mesh: ClusterMesh,
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  const { name: former, done } = mesh.foundation;
  const { parent = mesh } = opts;
  const isNamedSo = name === former && parent === mesh;
  const ours = {
    dependsOn: [...done],
    aliases: isNamedSo ? [] : [{ name: former, parent: mesh }],
    transformations: [formerNames(former, name)],
  };
  return pulumi.mergeOptions(ours, { ...opts, parent });
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
