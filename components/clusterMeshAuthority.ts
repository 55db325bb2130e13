import * as pulumi from "@pulumi/pulumi";
import { own } from "./basics/model/own";
import { apiserverCaPlace } from "./certificates/apiserverCas";
import { caSummaries, caSetOf, type CaSummary } from "./certificates/caSet";
import type { ClusterCa } from "./certificates/caSource";
import type { GivenCas } from "./certificates/givenCas";
import { signingOf, type Signing } from "./certificates/publishedCa";
import type { Cluster } from "./mesh/model/mesh";
import { topology } from "./mesh/model/topology";
import type { DescribedCluster } from "./meshDescription";
import { MeshPlan, planMesh } from "./meshPlan";
import type { GivenSettings } from "./settings/model/settings";

/** The arguments of {@link ClusterMeshAuthority}. */
export interface ClusterMeshAuthorityArgs extends GivenSettings, Pick<GivenCas, "ca"> {
  /** All clusters of the mesh, by name. */
  readonly clusters: Readonly<Record<string, DescribedCluster>>;
}

/** The CA of a cluster that publishes through its clustermesh-apiserver. One without is refused before, for no cluster is asked here. */
function givenCa({ apiserverCas }: MeshPlan, { name }: Pick<Cluster, "name">): ClusterCa {
  const ca = own(apiserverCas, name);
  if (ca === undefined) throw new pulumi.RunError(`cluster ${JSON.stringify(name)}: apiserver.ca is missing`);
  return { kind: "signs", at: apiserverCaPlace(name), ca };
}

/**
 * Who signs for a mesh whose clusters are looked after by other stacks: the CAs, and what those stacks need to sign with them. It touches no
 * cluster.
 *
 * @throws RunError with all that is wrong with the description of the mesh, before any resource is registered.
 */
export class ClusterMeshAuthority extends pulumi.ComponentResource {
  /** What the stacks of the clusters sign with; a secret. */
  readonly signing: pulumi.Output<Signing>;
  /** The CAs that are trusted, who of them signs, and when they end. */
  readonly authorities: pulumi.Output<readonly CaSummary[]>;
  /** The mesh as Mermaid text. */
  readonly topology: string;

  constructor(name: string, args: ClusterMeshAuthorityArgs | MeshPlan, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = planMesh(args instanceof MeshPlan ? args : { ...args, clusters: {}, externalPeers: args.clusters });
    const { clusters, caSource, settings } = plan;
    super("clustermesh:index:ClusterMeshAuthority", name, {}, opts);
    const caSet = caSetOf(name, caSource, clusters, settings, { parent: this }, (cluster) => givenCa(plan, cluster));
    const outputsChecked = plan.checkOutputs();
    const signing = signingOf(caSet);
    this.signing = outputsChecked === undefined ? signing : pulumi.output(outputsChecked).apply(() => signing);
    this.authorities = caSummaries(caSet);
    this.topology = topology(clusters);
    this.registerOutputs({ authorities: this.authorities });
  }
}
