import { errorMessage } from "../../../../components/basics/errorMessage";
import { printableLines } from "../../../../components/basics/model/printable";
import { clusterInput } from "../../../../components/cluster/clusterInput";
import { clusterVerbs } from "../../../../components/cluster/verbs";
import { parseInput, runVerb, type Verbs } from "../../../../components/command/protocol";
import { checkedMesh, checkInput, checkVerbs } from "../../../../components/meshCheck/verbs";
import { leavingCluster, rangesGiven } from "../../../../components/policyCheck/leavingCheck";
import { policyCheckVerbs } from "../../../../components/policyCheck/verbs";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import type { Ended } from "../../../support/command/runScript";
import type { ClusterInMemory } from "../../../support/kubernetes/clusterInMemory";
import { ciliumCluster, type CiliumCluster } from "../cilium/ciliumCluster";
import { saidWhile, timePasses } from "../cilium/rollingCluster";
import { agentStatusJson } from "../fixtures";

/** The members of the mesh that is checked; their contexts have the same names. */
export const MEMBERS = [
  { name: "cluster1", id: 101 },
  { name: "cluster2", id: 102 },
  { name: "cluster3", id: 103 },
];

/** What the commands of the member cluster1 are given, whatever the verb. */
export const MEMBER_INPUT = {
  cluster: { name: "cluster1", context: "cluster1" },
  cilium: DEFAULT_SETTINGS.cilium,
  desiredConfig: { "cluster-name": "cluster1", "cluster-id": "101" },
  owner: "clustermesh/test",
  peerSecret: "cilium-clustermesh",
  rollOut: { await: true, timeoutSeconds: 5 },
} as const;

/** The recorded status of an agent of cluster1 that says this of its mesh. */
export function recorded(clusterMesh: string): object {
  return JSON.parse(agentStatusJson(clusterMesh)) as object;
}

/** The recorded status of an agent of cluster1, as an agent of another cluster would have it. */
function asSeenFrom(cluster: string, status: object): object {
  const other = (name: string) => (name === cluster ? "cluster1" : name);
  const id = (value: number) => (value === 100 + Number(cluster.slice(-1)) ? 101 : value);
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) => {
      if (key === "name" && typeof value === "string") {
        return other(value);
      }
      return key === "cluster-id" && typeof value === "number" ? id(value) : value;
    }),
  ) as object;
}

/** Agents that see every peer ready. */
export const READY = recorded("ready");
export const OTHERS_READY = { cluster2: asSeenFrom("cluster2", READY), cluster3: asSeenFrom("cluster3", READY) };

/** Runs verbs in this process, with time that passes in a moment, and says how they ended, as their process would. */
export async function runHere(work: () => Promise<string>): Promise<Ended> {
  const { result, lines } = await saidWhile(() =>
    timePasses(work).then(
      (stdout) => ({ code: 0, stdout, error: [] }),
      (error: unknown) => ({ code: 1, stdout: "", error: [printableLines(errorMessage(error))] }),
    ),
  );
  const stderr = [...lines, ...result.error].map((line) => `${line}\n`).join("");
  return { code: result.code, stdout: result.stdout, stderr };
}

/** The programs that have one cluster. */
const PROGRAMS: Readonly<
  Record<
    "cluster" | "policyCheck",
    (cluster: ClusterInMemory, input: string, previous: string, stdin: Readonly<Record<string, string>>) => Verbs
  >
> = {
  cluster: (cluster, input, previous) => {
    const given = parseInput(clusterInput, input);
    if (given.data === undefined) throw given.error;
    return clusterVerbs(given.data, (use) => use(cluster), previous);
  },
  policyCheck: (cluster, input, _previous, large) => {
    const given = parseInput(leavingCluster, input);
    if (given.data === undefined) throw given.error;
    return policyCheckVerbs(
      given.data,
      () => Promise.resolve(rangesGiven(large)),
      (use) => use(cluster),
    );
  },
};

/** Runs a verb of a program that has one cluster. */
export const runCommand = (
  cluster: ClusterInMemory,
  program: keyof typeof PROGRAMS,
  verb: string,
  input: object,
  previous = "",
  stdin: Readonly<Record<string, string>> = {},
): Promise<Ended> => runHere(() => runVerb(PROGRAMS[program](cluster, JSON.stringify(input), previous, stdin), verb));

/** Whether nothing was changed by calls, and no command was run. */
export const onlyRead = ({ calls }: ClusterInMemory): boolean =>
  calls.every(({ do: call }) => /^(object|list|version|page|kinds|namespace|logs|review)/.test(call));

/** A mesh of clusters in memory, by name. */
export type MeshInMemory = ReadonlyMap<string, ClusterInMemory>;

/** Clusters whose one agent prints these statuses, with what some have beside; all of {@link MEMBERS} are there. */
export const meshInMemory = (
  statuses: Readonly<Record<string, object>>,
  clusters: Readonly<Record<string, CiliumCluster>> = {},
): MeshInMemory =>
  new Map(
    MEMBERS.map(({ name }) => {
      const status = statuses[name];
      return [name, ciliumCluster(name, { ...(status === undefined ? {} : { status }), ...clusters[name] })];
    }),
  );

/** Runs the check of the three members, or of those that are given. */
export function check(mesh: MeshInMemory, timeoutSeconds: number, over: object = {}, previous = ""): Promise<Ended> {
  const clusters = MEMBERS.map((each) => ({ ...each, context: each.name }));
  const all = { clusters, cilium: DEFAULT_SETTINGS.cilium, timeoutSeconds, ...over };
  const verbs = checkVerbs(
    checkInput.parse(all),
    (use) => {
      const large = checkedMesh.parse(all);
      const opened = large.clusters.flatMap((each) => {
        const api = mesh.get(each.name);
        return api === undefined ? [] : [{ ...each, api }];
      });
      return use(large, opened);
    },
    previous,
  );
  return runHere(() => runVerb(verbs, "check"));
}
