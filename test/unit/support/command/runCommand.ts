import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { LARGE_INPUT } from "../../../../components/command/protocol";
import { type Ended, runScript, type ScriptRun } from "../../../support/command/runScript";
import type { FakeKubectl } from "../../../support/kubernetes/fakeKubectl";
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

/** Runs a verb of a room's deploy-time program on a scripted kubectl. */
export const runCommand = (kubectl: FakeKubectl, script: string, verb: string, input: object): Promise<Ended> =>
  runScript({ script, verb, input, env: kubectl.env });

/** The check of the three members. What grows with the mesh goes through standard input. */
export function checkRun(timeoutSeconds: number, over: object = {}): Omit<ScriptRun, "env"> {
  const clusters = MEMBERS.map((each) => ({ ...each, context: each.name }));
  const all = { clusters, cilium: DEFAULT_SETTINGS.cilium, timeoutSeconds, ...over };
  const isLarge = ([key]: [string, unknown]) =>
    ["clusters", "externalPeers", "requireExternalPeers", "pathsBefore"].includes(key);
  const large = Object.fromEntries(Object.entries(all).filter(isLarge));
  const input = Object.fromEntries(Object.entries(all).filter((entry) => !isLarge(entry)));
  const stdin = JSON.stringify({ [LARGE_INPUT]: JSON.stringify(large) });
  return { script: "meshCheck", verb: "check", input, stdin };
}

/** Runs the check of the three members. */
export function check(kubectl: FakeKubectl, timeoutSeconds: number, over: object = {}): Promise<Ended> {
  return runScript({ ...checkRun(timeoutSeconds, over), env: kubectl.env });
}
