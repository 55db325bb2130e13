import { readCertificates } from "../components/certificates/model/certificates";
import { desiredConfig } from "../components/cilium/model/agentConfig";
import { readinessProblems, readinessTable } from "../components/cilium/model/readiness";
import { error, formatDiagnostic, type Diagnostic } from "../components/mesh/model/diagnostic";
import type { Cluster } from "../components/mesh/model/mesh";
import { present } from "../components/basics/model/own";
import { kubectlOf } from "../components/preflight/model/helmCommand";
import type { LiveCluster } from "../components/preflight/model/liveCluster";
import { heardOf, unheardOf, type HeardCluster, type LiveMesh } from "./liveMesh";
import { modeOf } from "./model/modes";
import { pairsOf } from "./model/pairs";
import type { CertificateLine, ClusterLine, MeshView } from "./model/view";
import type { StackMesh } from "./stackMesh";
import { EXIT, type ExitCode } from "./program";

/** Name and id in `cilium-config`, and whether they are those of the configuration. */
function identityOf(cluster: Cluster, live: LiveCluster | undefined): string | undefined {
  if (live?.kind !== "reachable") return undefined;
  if (live.config === undefined) return "no cilium-config";
  const { data } = live.config;
  const other = Object.entries(desiredConfig(cluster)).filter(([key, value]) => data[key] !== value);
  return other.length === 0
    ? "as configured"
    : other.map(([key]) => `${key} is ${JSON.stringify(data[key] ?? "")}`).join(", ");
}

function clusterLine(mesh: LiveMesh, cluster: Cluster, managed: readonly string[]): ClusterLine {
  const { name, id, lost } = cluster;
  const isManaged = managed.includes(name);
  return present({
    name,
    id,
    mode: modeOf(cluster),
    agents: heardOf(mesh, name)?.agents,
    identity: isManaged ? identityOf(cluster, mesh.seen.live.get(name)) : "of another stack",
    unseen: unheardOf(mesh, name),
    lost,
  });
}

/** The certificates in the Secrets that the mesh has in the clusters, each once for every Secret. */
function certificateLines({ seen }: LiveMesh): readonly CertificateLine[] {
  return [...seen.live].flatMap(([cluster, live]) =>
    (live.kind === "reachable" ? live.existingObjects : []).flatMap(({ name, certificates }) =>
      Object.entries(certificates).flatMap(([file, pem]) =>
        readCertificates(pem).flatMap(({ subject, ends }): CertificateLine[] =>
          Number.isNaN(ends.getTime())
            ? []
            : [{ cluster, what: `${name}/${file}`, subject, expires: ends.toISOString() }],
        ),
      ),
    ),
  );
}

function fewAgents({ name, agents }: HeardCluster, kubectl: string): readonly Diagnostic[] {
  if (agents.ready >= agents.of) return [];
  const reason = `are ready on ${agents.ready} of ${agents.of} nodes`;
  const fix = `see ${kubectl} get pods -o wide for those that are not`;
  return [error({ cluster: name, property: "agents", reason, fix })];
}

/** kubectl in the namespace of a cluster's Cilium, up to its verb. */
function kubectlFor({ seen }: LiveMesh, name: string, namespace: string): string {
  const live = seen.live.get(name);
  return `${live?.kind === "reachable" ? kubectlOf(live) : "kubectl"} -n ${namespace}`;
}

/** What the agents say that is wrong, with the cause where it is known. */
function heardProblems(mesh: LiveMesh, required: LiveMesh["peers"], namespace: string): readonly Diagnostic[] {
  return mesh.asked.flatMap((each) => {
    if (each.kind === "unheard") return [];
    const own = mesh.peers.filter(({ name }) => name === each.name);
    const { reports, diagnosis } = each;
    return [
      ...fewAgents(each, kubectlFor(mesh, each.name, namespace)),
      ...readinessProblems(own, reports, required, diagnosis.causeFor),
    ];
  });
}

/** Says so where nothing of the mesh is in any cluster that answers, and no agent sees a peer: people look before they have meshed. */
function notMeshed(stack: string, { seen, asked, peers }: LiveMesh): readonly string[] {
  const answering = [...seen.live.values()].flatMap((live) => (live.kind === "reachable" ? [live] : []));
  const heard = asked.flatMap((each) => (each.kind === "heard" ? readinessTable(peers, each.reports) : []));
  const isMeshed =
    answering.some(({ existingObjects }) => existingObjects.length > 0) || heard.some(({ ready }) => ready);
  return answering.length === 0 || isMeshed
    ? []
    : [
        `mesh: no cluster has anything of it: nothing is deployed, or not any more; pulumi up --stack ${stack} meshes its clusters`,
      ];
}

/** What was seen of a live mesh, as it is shown. */
export function statusView(stack: string, read: StackMesh, mesh: LiveMesh, at: Date): MeshView {
  const { description, managed } = read;
  const { members, diagnostics, access } = mesh.seen;
  const { namespace } = description.cilium;
  const isRequired = (name: string) => managed.includes(name) || description.requireExternalPeers;
  const required = mesh.peers.filter(({ name }) => isRequired(name));
  const others = mesh.peers.filter(({ name }) => !isRequired(name));
  const ofSeverity = (...severities: readonly Diagnostic["severity"][]) =>
    diagnostics.filter(({ severity }) => severities.includes(severity)).map(formatDiagnostic);
  const lines = mesh.asked.flatMap((each) => (each.kind === "heard" ? readinessTable(mesh.peers, each.reports) : []));
  const waiting = others.length === 0 ? [] : heardProblems(mesh, others, namespace).map(formatDiagnostic);
  const problems = heardProblems(mesh, required, namespace).map(formatDiagnostic);
  const [unseen, notes] = [ofSeverity("unseen"), ofSeverity("info")];
  return {
    stack,
    at: at.toISOString(),
    clusters: members.map((cluster) => clusterLine(mesh, cluster, managed)),
    pairs: pairsOf(
      mesh.asked.map(({ name }) => name),
      mesh.peers.map(({ name }) => name),
      lines,
    ),
    certificates: certificateLines(mesh),
    problems: [...new Set([...read.problems.map(formatDiagnostic), ...ofSeverity("error", "warning"), ...problems])],
    notes: [...notMeshed(stack, mesh), ...notes, ...waiting.filter((line) => !problems.includes(line))],
    unseen: [
      // One that does not answer is not seen, which is no fault that was seen.
      ...access.map(formatDiagnostic),
      ...mesh.asked.flatMap((each) =>
        each.kind === "unheard" && mesh.seen.live.get(each.name)?.kind !== "unreachable"
          ? [`cluster "${each.name}": ${each.reason}`]
          : [],
      ),
      ...unseen,
    ],
  };
}

/** The exit code of a status: what is wrong counts for more than what could not be seen. */
export function statusCode({ problems, clusters }: MeshView): ExitCode {
  if (problems.length > 0) return EXIT.wrong;
  return clusters.some(({ unseen }) => unseen !== undefined) ? EXIT.unseen : EXIT.well;
}
