import assert from "node:assert/strict";
import fc from "fast-check";
import type { PodRef } from "../../../../components/cilium/model/endpoints";
import type { StalePod } from "../../../../components/cilium/model/podIdentity";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import {
  parseLivePods,
  planRestarts,
  stalePodFinding,
  stalePodRow,
  type LivePod,
} from "../../../../components/meshCheck/model/stalePods";

const stalePod = (pod: PodRef): StalePod => ({ cluster: "east", pod, identity: 38354, id: 0 });
const stale = (name: string): StalePod => stalePod({ by: "name", namespace: "shop", name });
const byAddress = (address: string, namespace = "shop"): StalePod => stalePod({ by: "address", namespace, address });
const live = (name: string, owner?: string, ready = true): LivePod => ({
  namespace: "shop",
  name,
  addresses: [],
  ready,
  isEnding: false,
  ...(owner === undefined ? {} : { owner }),
});
const names = (pods: readonly StalePod[]) => pods.map(({ pod }) => (pod.by === "name" ? pod.name : pod.address));
const planOf = (pods: readonly StalePod[], there: readonly LivePod[]) => {
  const { now, later, never } = planRestarts(pods, there);
  return { now: now.map(({ name }) => name), later: names(later), never: names(never) };
};
const plan = (pods: readonly string[], there: readonly LivePod[]) => planOf(pods.map(stale), there);

describe("model: parseLivePods", () => {
  const pod = (over: object, conditions: readonly object[] = [{ type: "Ready", status: "True" }]) =>
    JSON.stringify({ items: [{ metadata: { name: "a", namespace: "shop", ...over }, status: { conditions } }] });
  const owner = (kind: string, controller: boolean) => ({ ownerReferences: [{ kind, uid: "u", controller }] });

  it("reads owner and readiness", () => {
    assert.deepEqual(parseLivePods(pod(owner("ReplicaSet", true))), [live("a", "u")]);
    assert.deepEqual(parseLivePods(pod({}, [])), [live("a", undefined, false)]);
  });

  it("takes no owner for one that would make no new pod: a mere reference, or the node of a static pod", () => {
    assert.deepEqual(parseLivePods(pod(owner("Backup", false))), [live("a")]);
    for (const kind of ["Node", "Job"]) assert.deepEqual(parseLivePods(pod(owner(kind, true))), [live("a")]);
  });

  it("reads the addresses of both families", () => {
    const status = { podIPs: [{ ip: "10.0.0.7" }, { ip: "fd00::7" }] };
    const [read] = parseLivePods(JSON.stringify({ items: [{ metadata: { name: "a", namespace: "shop" }, status }] }));
    assert.deepEqual(read?.addresses, ["10.0.0.7", "fd00::7"]);
  });

  it("leaves out those that have ended: another pod may have their address, and they are never ready again", () => {
    const of = (name: string, phase: string) => ({
      metadata: { name, namespace: "shop", ownerReferences: [{ kind: "ReplicaSet", uid: "u", controller: true }] },
      status: { phase, podIPs: [{ ip: "10.0.0.7" }], conditions: [{ type: "Ready", status: "True" }] },
    });
    const items = [of("done", "Succeeded"), of("evicted", "Failed"), of("a", "Running")];
    const there = parseLivePods(JSON.stringify({ items }));
    assert.deepEqual(planOf([byAddress("10.0.0.7")], there), { now: ["a"], later: [], never: [] });
  });

  it("takes a pod that is going for one that is not ready", () => {
    assert.equal(parseLivePods(pod({ deletionTimestamp: "2026-11-24T05:00:00Z" }))[0]?.ready, false);
  });
});

describe("model: planRestarts", () => {
  it("takes one of each owner at a time", () => {
    const there = [live("a1", "a"), live("a2", "a"), live("b1", "b")];
    assert.deepEqual(plan(["a1", "a2", "b1"], there), { now: ["a1", "b1"], later: ["a2"], never: [] });
  });

  it("waits until the others of an owner serve, but not for a pod that does not serve itself", () => {
    assert.deepEqual(plan(["a1"], [live("a1", "a"), live("a2", "a", false)]).later, ["a1"]);
    assert.deepEqual(plan(["a1"], [live("a1", "a", false), live("a2", "a")]).now, ["a1"]);
  });

  it("never takes a pod that no controller would replace, and drops one that no longer exists", () => {
    assert.deepEqual(plan(["alone", "gone"], [live("alone")]), { now: [], later: [], never: ["alone"] });
  });

  it("finds a pod by its address where its agent has told no name, and in its own namespace", () => {
    const there = [
      { ...live("a1", "a"), addresses: ["10.0.0.7", "fd00::7"] },
      { ...live("b1", "b"), addresses: ["10.0.0.8"], namespace: "other" },
    ];
    const old = [byAddress("10.0.0.7"), byAddress("10.0.0.8"), byAddress("10.0.0.9")];
    assert.deepEqual(planOf(old, there), { now: ["a1"], later: [], never: [] });
    assert.deepEqual(planOf([byAddress("fd00::7")], there).now, ["a1"]);
    assert.deepEqual(planOf([byAddress("10.0.0.7", "")], there).never, ["10.0.0.7"]);
  });

  it("never takes a pod that is not stale, and never two of one owner", () => {
    const pods = fc.array(
      fc.record({ owner: fc.constantFrom("a", "b", "kubectl"), ready: fc.boolean(), old: fc.boolean() }),
    );
    fc.assert(
      fc.property(pods, (given) => {
        const there = given.map(({ owner, ready }, n) => live(`p${String(n)}`, owner, ready));
        const old = given.flatMap((each, n) => (each.old ? [stale(`p${String(n)}`)] : []));
        const { now, later, never } = planRestarts(old, there);
        assert.deepEqual([...now.map(({ name }) => name), ...names([...later, ...never])].sort(), names(old).sort());
        const owners = now.map((each) => there.find(({ name }) => name === each.name)?.owner);
        assert.equal(new Set(owners).size, owners.length);
        assert.ok(!owners.includes(undefined));
      }),
    );
  });
});

const RUNS = "status.phase!=Succeeded,status.phase!=Failed";

const WEST = "kubectl --context west";

describe("model: a stale pod in words", () => {
  it("has the command that restarts it", () => {
    assert.equal(stalePodRow(stale("a"), WEST).restart, `${WEST} -n shop delete pod a`);
    assert.deepEqual(stalePodRow(byAddress("10.0.0.7"), "kubectl"), {
      cluster: "east",
      pod: "shop/10.0.0.7",
      identity: 38354,
      restart: `kubectl -n shop delete pod --field-selector=status.podIP=10.0.0.7,${RUNS}`,
    });
    // Neither deletes what is called so in another namespace, nor every pod that has no address yet.
    assert.equal(
      stalePodRow(byAddress("10.0.0.7", ""), WEST).restart,
      `${WEST} get pods --all-namespaces --field-selector=status.podIP=10.0.0.7,${RUNS}`,
    );
    assert.equal(stalePodRow(byAddress(""), "kubectl").restart, "kubectl get pods --all-namespaces -o wide");
    assert.equal(
      formatDiagnostic(stalePodFinding(stale("a"), WEST)),
      `cluster "east": pod shop/a has identity 38354 of cluster id 0, from before the change of the id: peers do not know it; restart it: ${WEST} -n shop delete pod a`,
    );
  });
});
