import * as pulumi from "@pulumi/pulumi";
import { present } from "./basics/model/own";
import { apiserverCasOf, withPublishedCas } from "./certificates/apiserverCas";
import type { AdoptedCaArgs } from "./certificates/ca";
import { caNames, caOrigin, type CaSource } from "./certificates/caSource";
import { caSourceOf } from "./certificates/givenCas";
import type { ClusterCommandArgs } from "./cluster/clusterCommands";
import type { ClusterMeshArgs } from "./clusterMeshArgs";
import { accessOf } from "./command/nodeCommand";
import { etcdNotKnown } from "./knownDescription";
import { managedObjectsOf } from "./managedObjects";
import { knownEtcd, plannedCluster, type PlannedCluster } from "./mesh/etcd";
import { formatDiagnostic, type Diagnostic } from "./mesh/model/diagnostic";
import { problemsOf } from "./mesh/model/issues";
import { keysAt } from "./mesh/model/schemaKeys";
import { clustersOf, withoutLost, type Named } from "./mesh/model/mesh";
import { observedOf, type ObservedClusters } from "./mesh/model/observed";
import { cannotWork } from "./mesh/refusal";
import { validateDescription, type MeshCluster, type MeshDescription } from "./meshDescription";
import { peerSecretKeys } from "./peers/peerSecret";
import { settingsSchema, type GivenSettings, type MeshSettings } from "./settings/model/settings";

/** A cluster that a program looks after, and what it does there. */
export type ManagedCluster = ClusterCommandArgs & { readonly cluster: Planned };

type Planned = Named<Pick<MeshCluster, "context" | "kubeconfig" | "provider">> & PlannedCluster;

/** A plan, or all that is wrong with what is written down. */
type CheckedMesh =
  | { readonly plan: MeshPlan; readonly problems: readonly [] }
  | { readonly plan?: undefined; readonly problems: readonly Diagnostic[] };

/** A mesh that was checked as it is written down: there is no plan of one that cannot work, and what is made of a plan is not checked again. */
export class MeshPlan {
  /** Those that are there: the peers of the mesh, whichever stack looks after them. */
  readonly clusters: readonly PlannedCluster[];
  /** Who signs. */
  readonly caSource: CaSource;
  /** The CAs of clustermesh-apiservers that are written down, by cluster. */
  readonly apiserverCas: Readonly<Record<string, AdoptedCaArgs>>;
  /** Those that this program looks after. */
  private readonly looksAfter: readonly ManagedCluster[];
  /** All of them, lost ones too, sorted by name. */
  readonly all: readonly PlannedCluster[];

  private constructor(
    readonly settings: MeshDescription,
    private readonly names: readonly string[],
    private readonly observed: ObservedClusters = {},
  ) {
    const all = clustersOf(settings.clusters).map((cluster): Planned =>
      plannedCluster(cluster, observedOf(observed, cluster.name).found),
    );
    this.all = all;
    this.clusters = withoutLost(this.all);
    this.caSource = caSourceOf(settings);
    this.apiserverCas = apiserverCasOf(settings);
    const shared = {
      peerKeys: peerSecretKeys(this.clusters, caNames(this.caSource, this.clusters)),
      owner: ownerOf(settings),
      settings,
    };
    const issuesServers = caOrigin(this.caSource) === "generated";
    const looksAfter = all.filter(({ name }) => names.includes(name));
    this.looksAfter = looksAfter.map((cluster) => ({
      cluster,
      access: accessOf(cluster),
      observed: observedOf(observed, cluster.name),
      managedObjects: managedObjectsOf(cluster, settings, issuesServers),
      ...shared,
      ...(cluster.provider === undefined ? {} : { provider: cluster.provider }),
    }));
  }

  /**
   * Checks a mesh.
   *
   * @param managed The clusters that the program looks after, by name.
   */
  static check(mesh: MeshDescription, managed: readonly string[], now: Date): CheckedMesh {
    const problems = validateDescription(mesh, managed, now);
    return problems.length === 0 ? { plan: new MeshPlan(mesh, managed), problems: [] } : { problems };
  }

  /** The same, with what was seen of the live clusters: what is not written down is what they say. */
  observing(observed: ObservedClusters): CheckedMesh {
    const problems = validateDescription(this.settings, this.names, new Date(), observed);
    return problems.length === 0
      ? { plan: new MeshPlan(this.settings, this.names, observed), problems: [] }
      : { problems };
  }

  /** Whose the objects are. */
  get owner(): string {
    return ownerOf(this.settings);
  }

  /** The clusters that this program looks after, lost ones too. */
  get lookedAfter(): readonly PlannedCluster[] {
    return this.looksAfter.map(({ cluster }) => cluster);
  }

  /** Those that this program looks after, and that are there. */
  get managed(): readonly ManagedCluster[] {
    return this.looksAfter.filter(({ cluster }) => cluster.lost !== true);
  }

  /** Those of its clusters that will not answer any more. */
  get lost(): readonly ManagedCluster[] {
    return this.looksAfter.filter(({ cluster }) => cluster.lost === true);
  }

  /**
   * Checks the mesh again when the etcds are known that are outputs: nothing is written to a cluster before. Absent where all of them are plain. What a
   * preview does not know yet is a warning.
   */
  checkOutputs(): Promise<true> | undefined {
    return this.all.some(({ etcd }) => pulumi.Output.isInstance(etcd)) ? this.checkKnown() : undefined;
  }

  private async checkKnown(): Promise<true> {
    const { settings, names } = this;
    const etcds = await Promise.all(
      Object.entries(settings.clusters).flatMap(([name, { etcd }]) =>
        etcd === undefined ? [] : [knownEtcd(name, etcd).then((known) => [name, known] as const)],
      ),
    );
    const wrong = etcds.flatMap(([, each]) => (each.kind === "wrong" ? each.problems : []));
    if (wrong.length > 0) {
      throw cannotWork(wrong);
    }
    for (const [name] of etcds.filter(([, { kind }]) => kind === "notYet")) {
      await pulumi.log.warn(formatDiagnostic(etcdNotKnown(name)));
    }
    const known = new Map(etcds.flatMap(([name, each]) => (each.kind === "known" ? [[name, each.etcd] as const] : [])));
    const entries = Object.entries(settings.clusters).map(([name, cluster]) => {
      const etcd = known.get(name);
      const ca = cluster.etcd?.ca;
      return [name, etcd === undefined ? cluster : { ...cluster, etcd: { ...etcd, ...present({ ca }) } }] as const;
    });
    const clusters = Object.fromEntries(entries);
    const problems = validateDescription({ ...settings, clusters }, names, new Date(), this.observed);
    if (problems.length > 0) {
      throw cannotWork(problems);
    }
    return true;
  }
}

/** The settings, with the defaults of those that are not given. */
function settingsOf(given: GivenSettings): MeshSettings {
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    throw cannotWork(
      parsed.error.issues.flatMap((issue) => problemsOf(issue, given, keysAt(settingsSchema, issue.path))),
    );
  }
  return parsed.data;
}

/** The owner of everything that a mesh makes: the stack, unless another one is given. */
export function ownerOf({ owner }: Pick<MeshDescription, "owner">): string {
  return owner ?? `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** A mesh as it is written down, and the part of it that a program looks after. */
export interface DescribedMesh {
  readonly description: MeshDescription;
  /** The clusters that the program looks after, by name. */
  readonly managed: readonly string[];
  /** What was seen of the live clusters, where they were looked at. */
  readonly observed?: ObservedClusters;
}

/** What the arguments of a mesh describe, with the defaults of what they leave out. @throws RunError where a setting is none. */
export function describedMesh(args: ClusterMeshArgs): DescribedMesh {
  const { clusters, externalPeers, observed, objects = {}, ca, published, ...given } = args;
  const all = withPublishedCas({ ...externalPeers, ...clusters }, published?.signing ?? {});
  const cas = {
    ...(ca === undefined ? {} : { ca }),
    ...(published === undefined ? {} : { published: { ...published, signing: all.signing } }),
  };
  const description = { ...settingsOf(given), ...cas, objects, clusters: all.clusters };
  return { description, managed: Object.keys(clusters), ...(observed === undefined ? {} : { observed }) };
}

/** The plan of a mesh that was given by its arguments. @throws RunError with everything that is wrong, so that no half of a mesh is ever registered. */
export function planMesh(args: ClusterMeshArgs | MeshPlan): MeshPlan {
  if (args instanceof MeshPlan) {
    return args;
  }
  const { description, managed, observed } = describedMesh(args);
  const onPaper = MeshPlan.check(description, managed, new Date());
  const { plan, problems } = onPaper.plan?.observing(observed ?? {}) ?? onPaper;
  if (plan === undefined) {
    throw cannotWork(problems);
  }
  return plan;
}
