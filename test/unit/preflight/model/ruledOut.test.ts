import assert from "node:assert/strict";
import { errors } from "../../../../components/mesh/model/diagnostic";
import { judgeLive } from "../../../../components/preflight/model/judge";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { NOW } from "../../support/certificates/ca";
import { bySeverity, heads, lines, member } from "../../support/mesh/mesh";
import { liveCluster, POLICY, recorded, type LiveOptions } from "../../support/preflight/live";

const MEMBERS = [1, 2, 3].map((n) => member(n));

/** What a meshed cluster has, and something wrong with it that would be told of any cluster. */
const meshed = (n: number): NonNullable<LiveOptions["config"]> => ({
  "cluster-name": `cluster${String(n)}`,
  "cluster-id": String(100 + n),
  "ipv4-native-routing-cidr": "10.0.0.0/8",
});
const WRONG: NonNullable<LiveOptions["config"]> = {
  "enable-wireguard": "true",
  "tunnel-port": "1",
  "routing-mode": "tunnel",
};

/** @param contexts Which cluster each member's context leads to. */
function judge(contexts: readonly number[], options: Readonly<Record<number, LiveOptions>> = {}) {
  const live = new Map(
    MEMBERS.map(({ name }, index): [string, LiveCluster] => {
      const n = contexts[index] ?? index + 1;
      const { config, ...rest } = options[n] ?? {};
      return [name, liveCluster({ uid: `uid-${String(n)}`, ...rest, config: { ...meshed(n), ...config } })];
    }),
  );
  const { diagnostics, ruledOut } = judgeLive(MEMBERS, live, POLICY, NOW);
  return { said: heads(errors(diagnostics)), ruledOut: [...ruledOut].sort() };
}

describe("preflight: causes come first, and what comes of them is not told", () => {
  it("two contexts that are exchanged are one line", () => {
    assert.deepEqual(judge([2, 1, 3], { 1: { config: WRONG }, 2: { claimed: [recorded("helm-secret")] } }), {
      said: ['cluster "cluster1": context leads to cluster "cluster2", and that of "cluster2" to this one'],
      ruledOut: ["cluster1", "cluster2"],
    });
  });

  it("contexts that are exchanged among three are a line each", () => {
    const leads = (n: number, other: number) =>
      `cluster "cluster${String(n)}": live cluster-name "cluster${String(other)}" is the name of another cluster of the mesh`;
    assert.deepEqual(judge([2, 3, 1]).said, [leads(1, 2), leads(2, 3), leads(3, 1)]);
  });

  for (const [contexts, wrong, right] of [
    [[1, 1, 3], 2, 1],
    [[2, 2, 3], 1, 2],
    [[1, 3, 3], 2, 3],
  ] as const) {
    it(`a context that is given twice is a line about the cluster that has another's: ${contexts.join()}`, () => {
      assert.deepEqual(judge(contexts, { [right]: { without: ["deployment"] } }).said, [
        `cluster "cluster${String(wrong)}": context leads to the same cluster as "cluster${String(right)}"`,
        `cluster "cluster${String(right)}": Deployment "kube-system/cilium-operator" does not exist in the cluster`,
      ]);
    });
  }

  it("three contexts that lead to one cluster are two lines, whichever has its name", () => {
    assert.deepEqual(judge([3, 3, 3]).ruledOut, ["cluster1", "cluster2"]);
    assert.deepEqual(judge([7, 7, 7]).ruledOut, ["cluster2", "cluster3"]);
  });

  it("a cluster that keeps identities in CRDs is told what it has and what this program needs, and nothing else", () => {
    const crd = {
      config: { ...WRONG, "identity-allocation-mode": "crd" },
      claimed: [recorded("helm-secret")],
      without: ["deployment"],
    } as const;
    assert.deepEqual(judge([1, 2, 3], { 2: crd, 3: { without: ["daemonset"] } }), {
      said: [
        'cluster "cluster2": live identity-allocation-mode "crd" keeps this cluster\'s identities in its API server, and peers of this mesh read them from an etcd of Cilium\'s own',
        'cluster "cluster3": DaemonSet "kube-system/cilium" does not exist in the cluster',
      ],
      ruledOut: ["cluster2"],
    });
  });

  it("such a cluster is advised nothing that would harm it", () => {
    const live = new Map([["cluster1", liveCluster({ config: { "identity-allocation-mode": "crd" } })]]);
    const said = lines(bySeverity(judgeLive([member(1)], live, POLICY, NOW).diagnostics).problems).join();
    assert.match(
      said,
      /remove etcd of this cluster, .* clustermesh-apiserver publishes; an etcd is for clusters in kvstore mode/,
    );
    assert.doesNotMatch(said, /install|set |identityAllocationMode/);
  });

  it("an agent's own default for identities is its kvstore, and CRDs where there is none", () => {
    const unset = { "identity-allocation-mode": undefined };
    assert.deepEqual(judge([1, 2, 3], { 1: { config: unset } }).ruledOut, []);
    assert.deepEqual(judge([1, 2, 3], { 1: { config: { ...unset, kvstore: undefined } } }).ruledOut, ["cluster1"]);
    const both = { "identity-allocation-mode": "doublewrite-readkvstore" };
    assert.deepEqual(judge([1, 2, 3], { 1: { config: both } }).ruledOut, []);
  });

  it("a cluster with ztunnel is no member", () => {
    for (const on of ["true", "1", "True"]) {
      assert.deepEqual(judge([1, 2, 3], { 1: { config: { ...WRONG, "enable-ztunnel": on } } }).ruledOut, ["cluster1"]);
    }
  });

  it("a cluster without Cilium has one line", () => {
    assert.deepEqual(judge([1, 2, 3], { 1: { without: ["configmap", "daemonset", "deployment"] } }).said, [
      'cluster "cluster1": Cilium is not in namespace kube-system: neither ConfigMap cilium-config nor DaemonSet cilium is there',
    ]);
  });
});
