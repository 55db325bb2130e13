import * as pulumi from "@pulumi/pulumi";
import { present } from "./basics/model/own";
import { caScope } from "./certificates/caSource";
import { caSourceOf } from "./certificates/givenCas";
import type { ClusterMeshArgs } from "./clusterMeshArgs";
import { knownMesh } from "./knownDescription";
import { info, type Diagnostic } from "./mesh/model/diagnostic";
import { withoutLost, type Cluster } from "./mesh/model/mesh";
import type { ObservedClusters } from "./mesh/model/observed";
import { sayInPassing } from "./mesh/report";
import { problemsOfFound } from "./meshDescription";
import { look, type RecordedClusters } from "./meshLook";
import { describedMesh, ownerOf, type DescribedMesh } from "./meshPlan";
import type { MeshRanges } from "./policyCheck/model/meshChange";
import { judgeAccess } from "./preflight/judgeAccess";
import { judgeSigning } from "./preflight/judgeSigning";
import type { LiveCluster } from "./preflight/model/liveCluster";
import { rollingAgents } from "./preflight/model/rollingAgents";
import { slowAnswers } from "./preflight/model/slowAnswers";
import { foundInRecord } from "./preflight/foundClusters";
import { membersOf } from "./preflight/knownMesh";
import type { Asked } from "./preflight/lackingPermissions";
import { observedClusters, reapplyOf, seenAs, unseen } from "./preflight/observed";
import { judgePolicyChanges, peersSeen } from "./preflight/policyChanges";
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
    ...problemsOfFound(description, managed, observed, seenAndFitting),
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

/** Clusters with how their agents get name and id: that decides what is done there. */
function withIdentities(asked: readonly Asked[], members: readonly Cluster[]): readonly Asked[] {
  const identities = new Map(members.map(({ name, identity }) => [name, identity]));
  return asked.map((each) => ({ ...each, ...present({ identity: identities.get(each.name) }) }));
}

/** Without live checks the commands still refuse what they must not touch. But one cluster is judged when others may be changed already. */
function notLookedAt(managed: readonly string[]): readonly Diagnostic[] {
  const reason =
    "looks at no live cluster: each is judged when its turn comes, and one that leaves when its peers have removed it";
  const fix = "give seconds to have all of them judged before anything is written";
  return managed.length === 0 ? [] : [info({ property: "wait.preflight", value: false, reason, fix })];
}
