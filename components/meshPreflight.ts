import * as pulumi from "@pulumi/pulumi";
import { own, present } from "./basics/model/own";
import { caNames, caOrigin, caScope, type CaSource } from "./certificates/caSource";
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
import { sayInPassing } from "./mesh/report";
import { problemsOfFound } from "./meshDescription";
import { describedMesh, ownerOf, type DescribedMesh } from "./meshPlan";
import { peerSecretKeys } from "./peers/peerSecret";
import type { MeshRanges } from "./policyCheck/model/meshChange";
import type { Say } from "./preflight/awaited";
import { inspectAll, lostAndAnswering, reachable, type Reached } from "./preflight/inspectAll";
import { judgeAccess, unasked } from "./preflight/judgeAccess";
import { judgeSigning } from "./preflight/judgeSigning";
import { judgeMesh } from "./preflight/model/judgeMesh";
import type { LiveCluster } from "./preflight/model/liveCluster";
import { rollingAgents } from "./preflight/model/rollingAgents";
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
  const seen = await look(
    mesh,
    caSource,
    { managed, owner, limit: wait.preflight, now, say: sayInPassing },
    run.meshedClusters,
  );
  const { asked, live, answered, recorded, found, members, judged } = seen;
  const names = withoutLost(members).map(({ name }) => name);
  const rangesBefore = run.rangesBefore ?? (() => Promise.resolve({}));
  const writes = run.writes ?? !pulumi.runtime.isDryRun();
  const { fitting } = judged;
  // Where a cluster that cannot be asked is an error, that error is enough.
  const isRefused = (name: string) => live.get(name)?.kind === "unreachable" && !mesh.allow.includes("unreachable");
  const unfit = new Set([...live.keys()].filter((name) => !fitting.has(name)));
  const ours = members.filter(({ name }) => managed.includes(name) && !isRefused(name));
  const facts = {
    seenAs: seenAs(live),
    drift: judged.drift,
    users: judged.users,
    reapply: reapplyOf(names, recorded, judged.reapply),
    found,
  };
  const observed = observedClusters(Object.keys(mesh.clusters), facts);
  const seenAndFitting = [...fitting].flatMap(([name, { kind }]) => (kind === "reachable" ? [name] : []));
  const diagnostics = [
    ...onPaper(members, live),
    ...problemsOfFound(description, managed, now, observed, seenAndFitting),
    ...(await judgeAccess(mesh, withIdentities(asked, members), live, writes, wait.preflight)),
    ...seen.answering,
    ...judged.diagnostics,
    ...(await judgePolicyChanges(asked, mesh, members, owner, fitting, rangesBefore)),
    ...rollingAgents(ours, live, mesh.cilium, unfit),
    ...slowAnswers(answered, wait.preflight),
  ];
  return {
    diagnostics,
    observed,
    seenPeers: peersSeen(live, mesh.peerSecret),
  };
}

/** How the clusters of a mesh are looked at. */
interface Looking {
  readonly managed: readonly string[];
  readonly owner: string;
  /** Seconds. */
  readonly limit: number;
  readonly now: Date;
  readonly say: Say;
}

/** Asks the clusters of a program, and judges what they say. */
async function look(mesh: KnownMesh, caSource: CaSource, looking: Looking, before: PreflightRun["meshedClusters"]) {
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
