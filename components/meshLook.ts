import { own } from "./basics/model/own";
import { caNames, caOrigin, type CaSource } from "./certificates/caSource";
import { caSourceOf } from "./certificates/givenCas";
import type { Named } from "./identity/model/mark";
import type { RecordedCluster } from "./identity/model/recordedClusters";
import { knownMesh } from "./knownDescription";
import { managedObjectsOf } from "./managedObjects";
import type { Diagnostic } from "./mesh/model/diagnostic";
import { withoutLost, type Cluster } from "./mesh/model/mesh";
import { publishesOf } from "./mesh/model/publication";
import { ownerOf, type DescribedMesh } from "./meshPlan";
import { peerSecretKeys } from "./peers/peerSecret";
import type { Say } from "./preflight/awaited";
import { inspectAll, lostAndAnswering, reachable, type Reached } from "./preflight/inspectAll";
import { unasked } from "./preflight/judgeAccess";
import { judgeMesh } from "./preflight/model/judgeMesh";
import type { LiveCluster } from "./preflight/model/liveCluster";
import { foundClusters, foundInRecord } from "./preflight/foundClusters";
import { membersOf, type KnownMesh } from "./preflight/knownMesh";
import type { Asked } from "./preflight/lackingPermissions";
import { rotationPolicy } from "./preflight/rotation";

/** By cluster, what the last `up` has left of it. */
export type RecordedClusters = Readonly<Record<string, RecordedCluster>>;

/** How the clusters of a mesh are looked at. */
interface Looking {
  readonly managed: readonly string[];
  readonly owner: string;
  /** Seconds. */
  readonly limit: number;
  readonly now: Date;
  readonly say: Say;
}

/** Asks the clusters of a program, and judges what they say. @param before What the last `up` has left as `meshedClusters`. */
export async function look(
  mesh: KnownMesh,
  caSource: CaSource,
  looking: Looking,
  before: RecordedClusters | Promise<RecordedClusters> | undefined,
) {
  const { managed, owner, limit, now, say } = looking;
  const issuesServers = caOrigin(caSource) === "generated";
  const ways = reachable(mesh).filter(({ name }) => managed.includes(name));
  const asked = withoutLost(ways).map((way) => askedOf(way, mesh, owner, issuesServers));
  const lost = ways.filter((way) => way.lost);
  const [{ live, answered }, answering, recorded] = await Promise.all([
    inspectAll(mesh.cilium, asked, limit, say),
    lostAndAnswering(lost, limit),
    before ?? {},
  ]);
  // What was decided of one that does not answer now stays as well.
  const found = { ...foundInRecord(recorded), ...foundClusters(mesh, live, { ...mesh, owner, recorded }) };
  const members = membersOf(mesh, found);
  const peers = withoutLost(members);
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
  return { asked, live, answered, answering, recorded, found, members, judged: judgeMesh(members, live, policy, now) };
}

/** The live clusters of a mesh as they are now. */
export interface SeenMesh {
  /** All clusters of the mesh, with what was found of them. */
  readonly members: readonly Cluster[];
  readonly live: ReadonlyMap<string, LiveCluster>;
  /** What there is to say of them: what does not fit, drift, ends of certificates, and what could not be seen. */
  readonly diagnostics: readonly Diagnostic[];
  /** Why clusters were not asked, with what to do. */
  readonly access: readonly Diagnostic[];
}

/** Seconds that a cluster has to answer, where the preflight is off. */
const LOOK_SECONDS = 30;

/**
 * Looks at the clusters that a program manages, and at nothing else: neither at what an `up` would be allowed to do there, nor at what it would
 * change. It reads only, and asks no engine.
 *
 * @param say Hears every ten seconds which clusters have not answered yet. @default nobody
 */
export async function lookAtMesh(
  { description, managed }: DescribedMesh,
  say: Say = () => undefined,
): Promise<SeenMesh> {
  const { wait, allow } = description;
  const { value: mesh } = await knownMesh(description);
  const limit = wait.preflight === false ? LOOK_SECONDS : wait.preflight;
  const looking = { managed, owner: ownerOf(description), limit, now: new Date(), say };
  const { asked, live, members, answering, judged } = await look(mesh, caSourceOf(description), looking, {});
  const access = await unasked(withoutLost(members), asked, live, allow);
  return { members, live, diagnostics: [...answering, ...judged.diagnostics], access };
}

/** Whether certificates of an authority are signed here: what was issued elsewhere is judged where that is. */
const isSigning = (peers: readonly Cluster[]) => {
  const issued = peers.flatMap(({ name, clientCertificates }) => (clientCertificates === "issued" ? [name] : []));
  return (authority: string) => !issued.includes(authority);
};

/** A cluster with what is made there: as long as it is not known how it reads its peers, with all that may be. */
function askedOf(way: Reached, mesh: KnownMesh, owner: string, issuesServers: boolean): Asked & Reached & Named {
  const written = own(mesh.clusters, way.name);
  const publishes = publishesOf(written ?? {});
  const reads = written?.reads ?? (publishes === "apiserver" ? "cached" : "direct");
  const managedObjects = managedObjectsOf({ name: way.name, publishes, reads }, mesh, issuesServers);
  const id = written?.id ?? 0;
  return { ...way, id, owner, managedObjects, publication: publishes === "apiserver" ? "asked" : "kvstore" };
}
