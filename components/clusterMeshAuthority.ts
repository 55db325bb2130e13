import * as pulumi from "@pulumi/pulumi";
import { caSummaries, caSetOf, type CaSummary } from "./certificates/caSet";
import { caSourceFor } from "./certificates/caSource";
import { caSourceOf, type GivenCas } from "./certificates/givenCas";
import { signingOf, type Signing } from "./certificates/publishedCa";
import { clustersOf, withoutLost } from "./mesh/model/mesh";
import { topology } from "./mesh/model/topology";
import { refusal } from "./mesh/refusal";
import { settingsOf, validateDescription, type DescribedCluster } from "./meshDescription";
import type { GivenSettings } from "./settings/model/settings";

/** The arguments of {@link ClusterMeshAuthority}. */
export interface ClusterMeshAuthorityArgs extends GivenSettings, Pick<GivenCas, "ca"> {
  /** All clusters of the mesh, by name. */
  readonly clusters: Readonly<Record<string, DescribedCluster>>;
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

  constructor(name: string, args: ClusterMeshAuthorityArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { clusters: given, ca, ...givenSettings } = args;
    const settings = settingsOf(givenSettings);
    const mesh = { ...settings, ...(ca === undefined ? {} : { ca }), clusters: given };
    const problems = validateDescription(mesh, [], new Date());
    if (problems.length > 0) {
      throw refusal("this mesh cannot work", problems);
    }
    super("clustermesh:index:ClusterMeshAuthority", name, {}, opts);
    const clusters = withoutLost(clustersOf(given));
    const names = clusters.map((cluster) => cluster.name);
    const caSet = caSetOf(name, caSourceFor(caSourceOf(mesh), names), clusters, settings, {
      parent: this,
    });
    this.signing = signingOf(caSet);
    this.authorities = caSummaries(caSet);
    this.topology = topology(clusters);
    this.registerOutputs({ authorities: this.authorities });
  }
}
