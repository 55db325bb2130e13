import { firstFew } from "../basics/model/bounded";
import { agentReports, syncSecretsNow } from "../cilium/agents";
import { cacheReports, cannotBeAsked, runsKvstoremesh, syncApiserverNow } from "../cilium/caches";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { AgentReport } from "../cilium/model/agentStatus";
import { readinessProblems, type ExpectedPeer } from "../cilium/model/readiness";
import { progress } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { readObject } from "../kubernetes/apiObject";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import { OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { DIAGNOSTICS_SHOWN, formatDiagnostics, type Diagnostic } from "../mesh/model/diagnostic";
import { KVSTOREMESH_SECRET } from "../peers/model/peerFile";
import { directPeers, notDirectYet, ownPeers, readyPeers } from "./model/readingChange";
import { removeOwned, type Removing } from "./removeOwned";

/** A cluster whose agents are to read their peers in another way. */
export interface ReadingChange {
  readonly name: string;
  readonly cilium: CiliumObjects;
  /** The name of the agents' Secret with peers. */
  readonly peerSecret: string;
}

/**
 * So long the other way may take: a peer that KVStoreMesh was without just before is three minutes on its way out, and comes back only then; a kubelet
 * that overlooks a changed pod syncs a Secret after a minute and a half.
 */
const CHANGE_SECONDS = 300;

const secretNamed = (name: string, { namespace }: CiliumObjects): ManagedObject => ({
  ...{ resource: "secrets", name, namespace },
});

const named = (peers: readonly { readonly name: string }[]): string =>
  firstFew(peers.map(({ name }) => name)).join(", ");

/** What those report that are ready; where none is, all of them: silence says nothing of how they read. */
async function askAgents(api: ClusterApi, { name, cilium }: ReadingChange): Promise<readonly AgentReport[]> {
  const reports = await agentReports(api, name, cilium, ({ ready }) => ready);
  return reports.length > 0 ? reports : agentReports(api, name, cilium);
}

/** Looks until nothing is in the way, and gives what was seen last. @throws Error with what is, when the time is up. */
async function waitUntilNone(
  what: string,
  heading: string,
  look: () => Promise<readonly AgentReport[]>,
  problemsOf: (reports: readonly AgentReport[]) => readonly Diagnostic[],
): Promise<readonly AgentReport[]> {
  const reports = await until(
    Date.now() + CHANGE_SECONDS * 1000,
    look,
    (seen) => problemsOf(seen).length === 0,
    problemsLine(what, problemsOf, (seen) => seen.length),
  );
  const problems = problemsOf(reports);
  if (problems.length > 0) throw new Error(formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN));
  return reports;
}

/** Reports of KVStoreMesh without those from versions that cannot be asked. */
const answering = (reports: readonly AgentReport[]): readonly AgentReport[] =>
  reports.filter(({ peers }) => !("error" in peers && cannotBeAsked(peers.error)));

/**
 * Before agents that read their peers themselves are led to a cache: waits until KVStoreMesh in every pod has what these agents have. Agents with
 * nothing to lose are not kept waiting.
 *
 * @throws Error when it does not get that: the agents go on as they are.
 */
export async function awaitCaches(api: ClusterApi, change: ReadingChange): Promise<void> {
  const { name, cilium, peerSecret } = change;
  const [ofAgents, ofCaches] = await Promise.all(
    [peerSecret, KVSTOREMESH_SECRET].map((secret) => readObject(api, secretNamed(secret, cilium))),
  );
  if (ofAgents === undefined || ofCaches === undefined) return;
  const given = new Set(ownPeers(ofCaches, name));
  const direct = directPeers(ofAgents, name, cilium.namespace).filter((peer) => given.has(peer));
  if (direct.length === 0) return;
  const peers = readyPeers(direct, await askAgents(api, change));
  if (peers.length === 0) return;
  progress(
    `cluster "${name}": its agents go on reading ${named(peers)} directly until KVStoreMesh has them in its cache`,
  );
  await syncApiserverNow(api, cilium, name);
  const names = peers.map((peer) => peer.name);
  const look = () => cacheReports(api, name, cilium, names);
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems([], answering(seen), peers);
  const heading = `cluster "${name}": KVStoreMesh does not have its peers after ${CHANGE_SECONDS} s, and so the agents go on reading them directly`;
  const what = `cluster "${name}": views of a peer by KVStoreMesh are not ready yet`;
  const reports = await waitUntilNone(what, heading, look, problemsOf);
  progress(
    answering(reports).length < reports.length
      ? `warning: cluster "${name}": this KVStoreMesh cannot be asked what it has in its cache; the agents read it from now on`
      : `cluster "${name}": KVStoreMesh has ${named(peers)}; the agents read its cache from now on`,
  );
}

/** Waits until no agent needs what KVStoreMesh has in its cache. */
async function waitUntilDirect(api: ClusterApi, change: ReadingChange, given: readonly string[]): Promise<void> {
  const { name, cilium } = change;
  const kept: readonly ExpectedPeer[] = readyPeers(given, await cacheReports(api, name, cilium, []));
  progress(
    `cluster "${name}": KVStoreMesh keeps ${firstFew(given).join(", ")} in its cache until the agents read these directly`,
  );
  await syncSecretsNow(api, cilium, name);
  const heading =
    `cluster "${name}": its agents do not read their peers directly after ${CHANGE_SECONDS} s, and so ` +
    `Secret ${cilium.namespace}/${KVSTOREMESH_SECRET} stays`;
  await waitUntilNone(
    `cluster "${name}": views of a peer are not direct yet`,
    heading,
    () => askAgents(api, change),
    (seen) => notDirectYet(given, kept, seen),
  );
}

/**
 * After agents that read a cache were led to their peers' own etcds: takes the peers from KVStoreMesh, once every agent reads them directly. Where no
 * pod runs KVStoreMesh any more there is no cache, and nothing to wait for.
 *
 * @throws Error when agents do not read them directly: then the cache stays.
 */
export async function dropCaches(api: ClusterApi, removing: Removing, change: ReadingChange): Promise<void> {
  const { name, cilium } = change;
  const managed = secretNamed(KVSTOREMESH_SECRET, cilium);
  const secret = await readObject(api, managed);
  if (secret?.metadata.annotations?.[OWNER_ANNOTATION] !== removing.owner) return;
  const given = ownPeers(secret, name);
  if (await runsKvstoremesh(api, cilium)) {
    await waitUntilDirect(api, change, given);
    progress(`cluster "${name}": the agents read ${firstFew(given).join(", ")} directly; KVStoreMesh is rid of them`);
  } else {
    progress(
      `cluster "${name}": no pod of clustermesh-apiserver runs KVStoreMesh any more, and so there is no cache to be kept; its Secret goes`,
    );
  }
  await removeOwned(api, removing, [managed]);
  await syncApiserverNow(api, cilium, name);
}
