import * as pulumi from "@pulumi/pulumi";
import { own } from "../basics/model/own";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import { demoClusters, type DemoSettings } from "./model/demo";
import type { Phase } from "./model/demoPings";
import { demoChecksum } from "./model/demoPolicy";
import { parsePingReport, type PingReport } from "./model/demoVerdicts";

/** How long a ping waits for its answer; a client that the policy keeps out waits this long every time. */
const PING_SECONDS = 3;

/** How long pings are repeated until all verdicts are as expected: identities and policies take a moment to arrive. */
const VERDICT_SECONDS = 60;

/** The arguments of {@link demoPings}. */
export interface DemoPingsArgs {
  readonly demo: DemoSettings;
  readonly access: Readonly<Record<string, ClusterAccess>>;
  /** Where the agents are, for the log of what they drop. */
  readonly cilium: CiliumObjects;
  /** Which clusters these were when they joined, by name: nothing is pinged in another one. */
  readonly clusterUids: Readonly<Record<string, pulumi.Output<string | undefined>>>;
  /** Changes with all that the agents read about their peers. */
  readonly peersHash: pulumi.Output<string>;
}

/** The pings of one phase. */
export interface DemoPings {
  /** What they came to; absent where nothing is pinged. */
  readonly report?: pulumi.Output<PingReport>;
  /** What has to be done before anything that comes after the pings. */
  readonly done: readonly pulumi.Resource[];
}

/**
 * Pings the database from every client and fails `up` at a wrong verdict. A changed workload, policy or peer runs the pings after the policy
 * again; those before it are done once, for nothing that is there by then can be pinged without the policy.
 *
 * @param after What has to be there.
 */
export function demoPings(
  mesh: string,
  phase: Phase,
  { demo, access, cilium, clusterUids, peersHash }: DemoPingsArgs,
  after: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): DemoPings {
  if (!demo.ping) return { done: after };
  const { serverCluster, serverNamespace, clientCluster, clientNamespace } = demo;
  const reached = Object.entries(access).filter(([name]) => demoClusters(demo).includes(name));
  const input = {
    places: { serverCluster, serverNamespace, clientCluster, clientNamespace },
    clusters: reached
      .map(([name, each]) => ({ name, uid: own(clusterUids, name), ...contextOf(each) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    cilium,
    pingTimeoutSeconds: PING_SECONDS,
    verdictTimeoutSeconds: VERDICT_SECONDS,
    ...(phase === "before" ? {} : { checksum: demoChecksum(demo), peersHash }),
  };
  const command = nodeCommand(
    `${mesh}-${serverCluster}/pings-${phase}`,
    { script: "demo", create: phase, update: phase, input, clusters: Object.fromEntries(reached) },
    { ...opts, dependsOn: [...after] },
  );
  // The report has no secret; it counts as one only because the command got kubeconfigs.
  return { report: pulumi.unsecret(command.stdout).apply(parsePingReport), done: [command] };
}
