import * as pulumi from "@pulumi/pulumi";
import { own, present } from "./basics/model/own";
import { caNames, caOrigin, caScope } from "./certificates/caSource";
import { caSourceOf } from "./certificates/givenCas";
import type { ClusterMeshArgs } from "./clusterMeshArgs";
import type { Named } from "./identity/model/mark";
import type { RecordedCluster } from "./identity/model/recordedClusters";
import { knownMesh } from "./knownDescription";
import { managedObjectsOf } from "./managedObjects";
import { info, type Diagnostic } from "./mesh/model/diagnostic";
import { withoutLost, type Cluster } from "./mesh/model/mesh";
import type { ObservedClusters } from "./mesh/model/observed";
import { publishesOf } from "./mesh/model/publication";
import { describedMesh, ownerOf, type DescribedMesh } from "./meshPlan";
import { peerSecretKeys } from "./peers/peerSecret";
import type { MeshRanges } from "./policyCheck/model/meshChange";
import { inspectAll, lostAndAnswering, reachable, type Reached } from "./preflight/inspectAll";
import { judgeAccess } from "./preflight/judgeAccess";
import { judgeSigning } from "./preflight/judgeSigning";
import { judgeMesh } from "./preflight/model/judgeMesh";
import type { LiveCluster } from "./preflight/model/liveCluster";
import { slowAnswers } from "./preflight/model/slowAnswers";
import { foundClusters, foundInRecord } from "./preflight/foundClusters";
import { membersOf, type KnownMesh } from "./preflight/knownMesh";
import type { Asked } from "./preflight/lackingPermissions";
import { observedClusters, reapplyOf, seenAs, unseen } from "./preflight/observed";
import { judgePolicyChanges, peersSeen } from "./preflight/policyChanges";
import { rotationPolicy } from "./preflight/rotation";
import { issuedSizes } from "./preflight/secretSize";

/** What is known of a run beside the arguments of its mesh. */
export interface PreflightRun {
  /** What the last `up` has left as `meshedClusters` of its mesh: a preview finds out by it that a cluster is another one. @default nothing */
  readonly meshedClusters?: RecordedClusters | Promise<RecordedClusters>;
  /** The ranges that the clusters had in the last `up`: by them the addresses in policies are judged when one leaves. @default none */
  readonly rangesBefore?: () => Promise<MeshRanges>;
  /** Whether the run goes on to write: then what it may not do is an error by now. @default what Pulumi runs it as */
  readonly writes?: boolean;
}

type RecordedClusters = Readonly<Record<string, RecordedCluster>>;

/** What the live clusters have to say. */
export interface Preflight {
  readonly diagnostics: readonly Diagnostic[];
  /** What the mesh is to act on, though the state has no change: the argument of the same name. */
  readonly observed: ObservedClusters;
  /** The clusters whose peer files were seen in others. */
  readonly seenPeers: readonly string[];
}

/**
 * Inspects every cluster that a program manages: whether it can join the mesh or stay in it, in previews too and before anything is written.
 * It reads only. What cannot work whatever the clusters are is refused by `ClusterMesh`.
 *
 * @throws RunError where a setting is none.
 */
export function preflight(args: ClusterMeshArgs, run: PreflightRun = {}): Promise<Preflight> {
  return inspectMesh(describedMesh(args), run);
}

/** The same of a mesh as it is written down, where all of it is read already. */
export async function inspectMesh({ description, managed }: DescribedMesh, run: PreflightRun = {}): Promise<Preflight> {
  const { wait } = description;
  const owner = ownerOf(description);
  const { value: mesh, diagnostics: notKnown } = await knownMesh(description);
  const now = new Date();
  const caSource = caSourceOf(description);
  const issuesServers = caOrigin(caSource) === "generated";
  const onPaper = (clusters: readonly Cluster[], live: ReadonlyMap<string, LiveCluster> = new Map()) => [
    ...notKnown,
    ...judgeSigning(mesh, clusters, caScope(caSource), now, issuedSizes(clusters, live)),
  ];
  if (wait.preflight === false) {
    const diagnostics = [...onPaper(membersOf(mesh)), ...notLookedAt(managed)];
    return {
      diagnostics,
      observed: unseen(managed, mesh, foundInRecord((await run.meshedClusters) ?? {})),
      seenPeers: [],
    };
  }
  const ways = reachable(mesh).filter(({ name }) => managed.includes(name));
  const asked = withoutLost(ways).map((way) => askedOf(way, mesh, owner, issuesServers));
  const lost = ways.filter((way) => way.lost);
  const [{ live, answered }, answering, recorded] = await Promise.all([
    inspectAll(mesh.cilium, asked, wait.preflight),
    lostAndAnswering(lost, wait.preflight),
    run.meshedClusters ?? {},
  ]);
  // What was decided of one that does not answer now stays as well.
  const found = { ...foundInRecord(recorded), ...foundClusters(mesh, live, { ...mesh, owner, recorded }) };
  const members = membersOf(mesh, found);
  const peers = withoutLost(members);
  const names = peers.map(({ name }) => name);
  const authorities = caNames(caSource, peers);
  const policy = {
    ...mesh,
    owner,
    peerSecretKeys: peerSecretKeys(peers, authorities),
    recorded,
    written: mesh.clusters,
    rotation: rotationPolicy(mesh, authorities.filter(isSigning(peers)), now),
    secretsOf: (cluster: Cluster) =>
      managedObjectsOf(cluster, { ...mesh, objects: {} }, issuesServers).map(({ name }) => name),
  };
  const judged = judgeMesh(members, live, policy, now);
  const rangesBefore = run.rangesBefore ?? (() => Promise.resolve({}));
  const writes = run.writes ?? !pulumi.runtime.isDryRun();
  const diagnostics = [
    ...onPaper(members, live),
    ...(await judgeAccess(mesh, withIdentities(asked, members), live, writes, wait.preflight)),
    ...answering,
    ...judged.diagnostics,
    ...(await judgePolicyChanges(asked, mesh, members, owner, judged.fitting, rangesBefore)),
    ...slowAnswers(answered, wait.preflight),
  ];
  const seen = {
    seenAs: seenAs(live),
    drift: judged.drift,
    users: judged.users,
    reapply: reapplyOf(names, recorded, judged.reapply),
    found,
  };
  return {
    diagnostics,
    observed: observedClusters(Object.keys(mesh.clusters), seen),
    seenPeers: peersSeen(live, mesh.peerSecret),
  };
}

/** Whether certificates of an authority are signed here: what was issued elsewhere is judged where that is. */
const isSigning = (peers: readonly Cluster[]) => {
  const issued = peers.flatMap(({ name, clientCertificates }) => (clientCertificates === "issued" ? [name] : []));
  return (authority: string) => !issued.includes(authority);
};

/** Clusters with how their agents get name and id: that decides what is done there. */
function withIdentities(asked: readonly Asked[], members: readonly Cluster[]): readonly Asked[] {
  const identities = new Map(members.map(({ name, identity }) => [name, identity]));
  return asked.map((each) => ({ ...each, ...present({ identity: identities.get(each.name) }) }));
}

/** A cluster with what is made there: as long as it is not known how it reads its peers, with all that may be. */
function askedOf(way: Reached, mesh: KnownMesh, owner: string, issuesServers: boolean): Asked & Reached & Named {
  const written = own(mesh.clusters, way.name);
  const publishes = publishesOf(written ?? {});
  const reads = written?.reads ?? (publishes === "apiserver" ? "cached" : "direct");
  const managedObjects = managedObjectsOf({ name: way.name, publishes, reads }, mesh, issuesServers);
  const id = written?.id ?? 0;
  return { ...way, id, owner, managedObjects, publication: publishes === "apiserver" ? "asked" : "kvstore" };
}

/** Without live checks the commands still refuse what they must not touch. But one cluster is judged when others may be changed already. */
function notLookedAt(managed: readonly string[]): readonly Diagnostic[] {
  const reason =
    "looks at no live cluster: each is judged when its turn comes, and one that leaves when its peers have removed it";
  const fix = "give seconds to have all of them judged before anything is written";
  return managed.length === 0 ? [] : [info({ property: "wait.preflight", value: false, reason, fix })];
}
