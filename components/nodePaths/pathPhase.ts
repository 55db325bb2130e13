import { errorMessage } from "../basics/errorMessage";
import { own } from "../basics/model/own";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import type { OpenCluster } from "../kubernetes/openClusters";
import { formatDiagnostics, DIAGNOSTICS_SHOWN, type Diagnostic } from "../mesh/model/diagnostic";
import type { PathReport } from "./model/nodePaths";
import { excusedLine, judgePaths, pathProblem, pathRow, type PathRow, type RecordedPaths } from "./model/pathVerdict";
import { probePaths } from "./paths";

/** A firewall breaks all paths alike; a few lines tell as much as a thousand. */
const WARNINGS_SHOWN = 5;

/** What did not work before anything was changed, by cluster. */
export type PathsBefore = Readonly<Record<string, RecordedPaths | undefined>>;

/** A cluster, and what its agents tell of the paths between its nodes. */
interface Probed {
  readonly cluster: OpenCluster;
  readonly report: PathReport;
}

async function probe(cluster: OpenCluster, cilium: CiliumObjects): Promise<Probed> {
  const { api, name } = cluster;
  const report = await probePaths(api, name, cilium).catch((error: unknown): PathReport => {
    return { kind: "notProbed", cluster: name, reason: `cluster ${name} cannot be asked: ${errorMessage(error)}` };
  });
  return { cluster, report };
}

function problemsOf(
  { name, api }: OpenCluster,
  report: PathReport,
  before: PathsBefore,
  { namespace }: CiliumObjects,
): readonly Diagnostic[] {
  const { lost } = judgePaths(report, own(before, name));
  return lost.map((path) => pathProblem(name, `${api.command} -n ${namespace}`, path));
}

const pathsIn = (seen: readonly Probed[]): number =>
  seen.reduce((sum, { report }) => sum + (report.kind === "probed" ? report.paths.length : 0), 0);

function warn(report: PathReport, before: RecordedPaths | undefined): void {
  if (report.kind === "notProbed") {
    progress(`cluster "${report.cluster}": paths between its nodes are not probed: ${report.reason}`);
    return;
  }
  const { excused } = judgePaths(report, before);
  for (const path of excused.slice(0, WARNINGS_SHOWN)) progress(excusedLine(report.cluster, path, before));
  if (excused.length > WARNINGS_SHOWN) {
    progress(`warning: cluster "${report.cluster}": ${excused.length - WARNINGS_SHOWN} paths more, likewise`);
  }
}

/**
 * Waits until every path between nodes of one cluster that worked before works again: agents that are all ready may have lost the routes
 * inside their own cluster.
 *
 * @throws Error that names each path that stays cut.
 */
export async function waitForPaths(
  clusters: readonly OpenCluster[],
  cilium: CiliumObjects,
  before: PathsBefore,
  deadline: number,
): Promise<readonly PathRow[]> {
  // A restarted agent creates its health endpoint again, which takes some seconds.
  const cut = (seen: readonly Probed[]) =>
    seen.flatMap(({ cluster, report }) => problemsOf(cluster, report, before, cilium));
  const probed = await until(
    deadline,
    () => Promise.all(clusters.map((cluster) => probe(cluster, cilium))),
    (seen) => cut(seen).length === 0,
    problemsLine("paths inside clusters are cut", cut, pathsIn),
  );
  const lost = cut(probed);
  if (lost.length > 0) {
    throw new Error(
      formatDiagnostics(
        "every agent is ready, but pods of one cluster cannot reach each other",
        lost,
        DIAGNOSTICS_SHOWN,
      ),
    );
  }
  const reports = probed.map(({ report }) => report);
  for (const report of reports) warn(report, own(before, report.cluster));
  return reports.map(pathRow);
}
