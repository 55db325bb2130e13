import assert from "node:assert/strict";
import { ACCESS_FIXES } from "../../../../components/kubernetes/model/noAccess";
import { errors } from "../../../../components/mesh/model/diagnostic";
import { judgeLive, unreachableClusters } from "../../../../components/preflight/model/judge";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { NOW } from "../../support/certificates/ca";
import { lines, member } from "../../support/mesh/mesh";
import { liveCluster, POLICY, recorded, type LiveOptions } from "../../support/preflight/live";

const MEMBERS = [1, 2, 3].map((n) => member(n));

/** The live clusters of these members; each is as recorded but for its UID and for being a member already. */
function live(options: Readonly<Record<string, LiveOptions | "unreachable">> = {}): ReadonlyMap<string, LiveCluster> {
  return new Map(
    MEMBERS.map(({ name, id }): [string, LiveCluster] => {
      const given = options[name] ?? {};
      if (given === "unreachable") {
        return [name, { kind: "unreachable", cause: "network", reason: "dial tcp 10.1.3.1:6443: i/o timeout" }];
      }
      const config = { "cluster-name": name, "cluster-id": String(id), "ipv4-native-routing-cidr": "10.0.0.0/8" };
      return [name, liveCluster({ uid: name, ...given, config: { ...config, ...given.config } })];
    }),
  );
}

const problems = (clusters: ReadonlyMap<string, LiveCluster>) =>
  lines(errors(judgeLive(MEMBERS, clusters, POLICY, NOW).diagnostics));
const judge = (options: Readonly<Record<string, LiveOptions | "unreachable">>) => problems(live(options));

describe("preflight: judgeLive", () => {
  it("has nothing to say of clusters that fit", () => {
    assert.deepEqual(judge({}), []);
  });

  it("says everything about all clusters at once", () => {
    const said = judge({
      cluster1: { without: ["daemonset"], config: { "cluster-id": "7" } },
      cluster2: { config: { "enable-wireguard": "true" }, claimed: [recorded("helm-secret")] },
      cluster3: { uid: "cluster1" },
    });
    const subjects = said.map((line) => /^cluster "\w+": \S+ \S+/.exec(line)?.[0]);
    assert.deepEqual(subjects, [
      'cluster "cluster3": context leads',
      'cluster "cluster1": DaemonSet "kube-system/cilium"',
      'cluster "cluster1": live cluster-id',
      'cluster "cluster1": cilium-config cluster-id',
      'cluster "cluster2": Secret kube-system/cilium-clustermesh',
      'cluster "cluster2": live enable-wireguard',
    ]);
  });

  it("never lets a peer have the etcd of an API server, of whichever cluster", () => {
    const pod = recorded("apiserver-pod");
    const said = judge({ cluster1: { apiServers: [{ ...pod, status: { hostIP: "10.1.2.1" } }] } });
    assert.deepEqual(said, [
      'cluster "cluster2": etcd.endpoints[0] "https://10.1.2.1:2379" is the etcd of the API server of cluster "cluster1"; ' +
        "give Cilium an etcd of its own: who can read the API server's etcd can read every Secret of the cluster",
    ]);
  });

  it("judges the others where one cannot be reached", () => {
    assert.equal(judge({ cluster3: "unreachable", cluster1: { without: ["configmap"] } }).length, 1);
    assert.deepEqual(judge({ cluster3: "unreachable" }), []);
  });

  it("says the same in any order of the members", () => {
    const options = live({ cluster2: { uid: "cluster1", without: ["deployment"] } });
    const forward = problems(options);
    assert.ok(forward.length > 0);
    const again = problems(new Map([...options].reverse()));
    assert.deepEqual(again, forward);
  });
});

describe("preflight: unreachableClusters", () => {
  it("are named with what kubectl said", () => {
    assert.deepEqual(lines(unreachableClusters(MEMBERS, live({ cluster3: "unreachable" }), [])), [
      "cluster \"cluster3\": API server cannot be reached: dial tcp 10.1.3.1:6443: i/o timeout; check address, network and VPN; to let a preview go on, add unreachable to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' unreachable, where nothing is in it yet). Only where the cluster does not exist any more and will never answer, list it with lost: true",
    ]);
  });

  it("are not said to be allowed where they are", () => {
    assert.deepEqual(lines(unreachableClusters(MEMBERS, live({ cluster3: "unreachable" }), ["unreachable"])), [
      'cluster "cluster3": API server cannot be reached: dial tcp 10.1.3.1:6443: i/o timeout; check address, network and VPN. Only where the cluster does not exist any more and will never answer, list it with lost: true',
    ]);
  });

  it("refer to the first where more than three have the same cause, as where a network is down", () => {
    const names = ["a", "b", "c", "d", "e"];
    const silent = new Map(
      [...names, "z"].map((name) => {
        const cause = name === "z" ? ("tls" as const) : ("network" as const);
        return [name, { kind: "unreachable", cause, reason: "no answer" } as const];
      }),
    );
    const peers = [...names, "z"].map((name) => ({ ...member(1), name }));
    const fixes = unreachableClusters(peers, silent, []).map(({ fix }) => fix);
    assert.deepEqual(
      fixes.map((fix) => /^do as for cluster "(.*)"$/.exec(fix)?.[1]),
      [undefined, undefined, undefined, "a", "a", undefined],
    );
  });

  it("are said to be lost for no cause with which they may live", () => {
    const causes = Object.keys(ACCESS_FIXES) as (keyof typeof ACCESS_FIXES)[];
    const lost = causes.filter((cause) => {
      const silent = new Map([["cluster1", { kind: "unreachable", cause, reason: "" } as const]]);
      return lines(unreachableClusters(MEMBERS, silent, []))
        .join()
        .includes("lost: true");
    });
    assert.deepEqual(lost, ["network"]);
  });
});
