import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { readWorkload } from "../../../components/cilium/readWorkload";
import { followRollOut, lookBefore } from "../../../components/cilium/rollOut";
import type { Rolling } from "../../../components/cilium/rollOutWords";
import { sayWhoRestarts } from "../../../components/cilium/whoRestarts";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { RollingCluster, saidWhile, timePasses, type FakePod } from "../support/cilium/rollingCluster";

const WORKLOAD = "daemonset/cilium";
const ROLLING_UPDATE = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const rolling = { cluster: "west", namespace: "kube-system", workload: WORKLOAD, timeoutSeconds: 60 };
const follow = (cluster: RollingCluster, over: Partial<Rolling> = {}) =>
  saidWhile(() => timePasses(() => followRollOut(cluster, { ...rolling, ...over })));
const failure = async (cluster: RollingCluster, over: Partial<Rolling> = {}): Promise<string> => {
  let text = "";
  await saidWhile(() =>
    timePasses(() => followRollOut(cluster, { ...rolling, ...over })).catch((error: unknown) => {
      text = error instanceof Error ? error.message : "";
    }),
  );
  assert.notEqual(text, "", "it was to fail");
  return text;
};

const old = (n: number, over: Partial<FakePod> = {}): FakePod => ({
  name: `old-${String(n)}`,
  node: `n${String(n)}`,
  ...over,
});
const fresh = (n: number, over: Partial<FakePod> = {}): FakePod => ({
  ...{ name: `new-${String(n)}`, node: `n${String(n)}`, annotation: "new" },
  ...over,
});
const waitingFor = (reason: string, message = "") => ({
  phase: "Pending",
  conditions: [{ type: "Ready", status: "False" }],
  containerStatuses: [{ name: "cilium-agent", state: { waiting: { reason, message } } }],
});

describe("following a roll-out", () => {
  it("restarts the pods of a DaemonSet OnDelete, one after the other, until all are new and ready", async () => {
    const cluster = new RollingCluster({ pods: [old(1), old(2), old(3)] });
    const { lines } = await follow(cluster);
    assert.deepEqual(cluster.deleted, [["old-1"], ["old-2"], ["old-3"]]);
    assert.ok(
      lines.some((line) => /3 pods are restarted, 1 at a time, first old-1/.test(line)),
      lines.join("\n"),
    );
  });

  it("takes as many at a time as maxUnavailable says, and no more before those are ready", async () => {
    const pods = [1, 2, 3, 4, 5].map((n) => old(n));
    const strategy = { type: "OnDelete", rollingUpdate: { maxUnavailable: 2 } };
    const successor = (pod: FakePod) => ({ ...pod, name: `${pod.name}-2`, annotation: "new", ready: false });
    const cluster = new RollingCluster({ pods, strategy, successor });
    cluster.onLook = () => {
      const unready = cluster.pods.filter(({ ready }) => ready === false);
      assert.ok(unready.length <= 2);
      // One gets ready at every third look.
      const [first] = unready;
      if (cluster.looks % 3 === 0)
        cluster.pods = cluster.pods.map((pod) => (pod === first ? { ...pod, ready: true } : pod));
    };
    await follow(cluster);
    assert.deepEqual(
      cluster.deleted.flat(),
      pods.map(({ name }) => name),
    );
  });

  it("restarts nothing where the controller does, and is done when its status says so", async () => {
    const status = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
    const cluster = new RollingCluster({ pods: [], strategy: ROLLING_UPDATE, status });
    await follow(cluster);
    assert.deepEqual([cluster.looks, cluster.deleted], [0, []]);
  });

  it("does not take the status of before the change for the one after it", async () => {
    const status = { observedGeneration: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
    const cluster = new RollingCluster({ pods: [old(1)], strategy: ROLLING_UPDATE, status });
    cluster.onLook = () => {
      if (cluster.looks < 4) return;
      status.observedGeneration = 2;
      cluster.pods = [fresh(1)];
    };
    await follow(cluster);
    assert.equal(cluster.looks, 4);
  });

  it("waits until the controller has seen the change, and says who has not", async () => {
    const cluster = new RollingCluster({ pods: [], strategy: ROLLING_UPDATE, status: { observedGeneration: 1 } });
    assert.match(await failure(cluster), /daemonset\/cilium its controller has not seen the change yet/);
  });

  it("ends at once without nodes, replicas, or the workload itself", async () => {
    await follow(new RollingCluster({ pods: [], strategy: ROLLING_UPDATE }));
    const none = { kind: "Deployment" as const, spec: { replicas: 0 }, status: { observedGeneration: 2 } };
    await follow(new RollingCluster({ pods: [], ...none }), { workload: "deployment/cilium" });
    const { lines } = await saidWhile(() => followRollOut(new ClusterInMemory([]), rolling));
    assert.deepEqual(lines, ['cluster "west": daemonset/cilium is not there']);
  });

  it("waits for no node that was down before, restarts it last of all without waiting, and names it", async () => {
    const down = old(1, { ready: false });
    const stays = (pod: FakePod) => (pod.node === "n1" ? { ...pod, ending: true } : fresh(2));
    const cluster = new RollingCluster({ pods: [down, old(2)], successor: stays });
    const before = await seenBefore(cluster, WORKLOAD);
    const { lines } = await follow(cluster, { before: before.get(WORKLOAD) });
    assert.deepEqual(cluster.deleted.flat().sort(), ["old-1", "old-2"]);
    assert.ok(
      lines.some((line) =>
        /warning: .*1 that did not run before are not waited for, first: pod old-1 on node n1/.test(line),
      ),
      lines.join("\n"),
    );
  });

  it("goes on in the place of a controller that waits for ever for nodes that are down", async () => {
    const down = old(1, { ready: false, ending: true });
    const cluster = new RollingCluster({ pods: [down, old(2), old(3)], strategy: ROLLING_UPDATE });
    const before = await seenBefore(cluster, WORKLOAD);
    await follow(cluster, { before: before.get(WORKLOAD) });
    assert.deepEqual(cluster.deleted, [["old-2"], ["old-3"]]);
  });

  it("learns from the node that it has been lost for long, where nobody had looked before", async () => {
    const pods = [old(1, { ready: false, ending: true }), fresh(2)];
    await follow(new RollingCluster({ pods, nodes: { n1: "Unknown" } }));
    assert.match(await failure(new RollingCluster({ pods, nodes: { n1: "False" } })), /the node is not ready/);
    const text = await failure(new RollingCluster({ pods, nodesError: "nodes is forbidden" }));
    assert.match(text, /whether nodes are ready cannot be seen: nodes is forbidden/);
  });

  it("waits as long as something moves, and fails when nothing has for the time of the setting", async () => {
    const pods = Array.from({ length: 40 }, (_, n) => old(n));
    const cluster = new RollingCluster({ pods, strategy: ROLLING_UPDATE });
    const begin = Date.now();
    cluster.onLook = () => {
      // One more every 40 s or so: the whole takes much longer than the limit.
      const [next] = cluster.pods.filter(({ annotation }) => annotation === undefined);
      if (cluster.looks % 8 === 0 && cluster.pods.filter((pod) => pod.annotation === "new").length < 30) {
        cluster.pods = cluster.pods.map((pod) => (pod === next ? { ...pod, annotation: "new" } : pod));
      }
    };
    const text = await failure(cluster);
    assert.ok(cluster.looks > 200 && Date.now() - begin < 60_000);
    assert.match(
      text,
      /^the roll-out of daemonset\/cilium stands still: 30 of 40 done, and no further one within 60 s \(clustermesh:wait\.rollout\)/,
    );
    assert.match(
      text,
      /pod old-30 on node n30 still runs from the template of before; see kubectl --context memory -n kube-system describe pod\/old-30/,
    );
    assert.match(text, /… and 2 more$/);
  });

  const CAUSES: Readonly<Record<string, readonly [object, RegExp]>> = {
    "an image that cannot be had": [
      waitingFor("ImagePullBackOff", 'Back-off pulling image "quay.io/cilium/cilium:nope"'),
      /pod new-1 on node n1 is Pending: container cilium-agent: ImagePullBackOff: Back-off pulling image/,
    ],
    "no place for it": [
      {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/3 nodes are available: 3 Insufficient memory.",
          },
        ],
      },
      /pod new-1 on node n1 is not scheduled: Unschedulable: 0\/3 nodes are available/,
    ],
    "a crash, with the agent's last words": [
      {
        phase: "Running",
        conditions: [{ type: "Ready", status: "False" }],
        containerStatuses: [
          {
            name: "cilium-agent",
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s" } },
            lastState: {
              terminated: {
                exitCode: 1,
                reason: "Error",
                message: 'level=info msg=starting\nlevel=fatal msg="cluster-id 256 too large"\n',
              },
            },
          },
        ],
      },
      /is not ready: container cilium-agent: CrashLoopBackOff: ended with exit code 1 \(Error\): .*level=fatal msg="cluster-id 256 too large"; see/,
    ],
    "an init container that fails": [
      {
        phase: "Pending",
        conditions: [{ type: "Ready", status: "False" }],
        initContainerStatuses: [{ name: "mount-cgroup", state: { terminated: { exitCode: 2 } } }],
        containerStatuses: [{ name: "cilium-agent", state: { waiting: { reason: "PodInitializing" } } }],
      },
      /is Pending: container mount-cgroup: ended with exit code 2; see/,
    ],
  };
  for (const [what, [status, line]] of Object.entries(CAUSES)) {
    it(`names ${what}`, async () => {
      assert.match(await failure(new RollingCluster({ pods: [fresh(1, { status, ready: false })] })), line);
    });
  }

  it("shows what a cluster says in one printable line of bounded length", async () => {
    const message = `\u001b[2J\u202e${"€".repeat(5000)}\nlast\u0007`;
    const pods = Array.from({ length: 300 }, (_, n) => fresh(n, { status: waitingFor("\u001b[31mX", message) }));
    const text = await failure(new RollingCluster({ pods }));
    assert.ok(Buffer.byteLength(text) < 8 * 1024, String(Buffer.byteLength(text)));
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/u);
    assert.equal(text.split("\n").length, 1 + 8 + 1);
  });

  it("says at once and every half minute how many are done, and which is not and why", async () => {
    const cluster = new RollingCluster({ pods: [fresh(1), fresh(2, { status: waitingFor("ImagePullBackOff") })] });
    cluster.onLook = () => {
      if (Date.now() - begin > 100_000) cluster.pods = [fresh(1), fresh(2)];
    };
    const begin = Date.now();
    const { lines } = await follow(cluster, { timeoutSeconds: 600 });
    const waiting =
      'cluster "west": waiting for the roll-out of daemonset/cilium: 1 of 2 done, first: pod new-2 on node n2 is Pending: container cilium-agent: ImagePullBackOff';
    assert.deepEqual(
      lines,
      ["", "30 s, ", "60 s, ", "90 s, "].map((time) => `${waiting} (${time}fails after 10 min without a further one)`),
    );
  });
});

/** How a workload is before its template is changed. */
async function seenBefore(cluster: RollingCluster, name: string) {
  const workload = await readWorkload(cluster, "kube-system", name);
  return lookBefore(cluster, "kube-system", workload === undefined ? [] : [workload]);
}

describe("following the roll-out of a Deployment", () => {
  const over = { workload: "deployment/cilium" };
  const deployment = (pods: readonly FakePod[], spec: object = { replicas: 2 }) =>
    new RollingCluster({
      kind: "Deployment",
      pods: pods.map((pod) => ({ ...pod, owner: "rs" })),
      spec,
      status: { observedGeneration: 2 },
    });

  it("waits for as many pods as were ready before, and names the others", async () => {
    const cluster = deployment([old(1), old(1, { name: "old-pending", status: waitingFor("X") })]);
    const before = await seenBefore(cluster, over.workload);
    assert.equal(before.get(over.workload)?.ready, 1);
    cluster.onLook = () => {
      if (cluster.looks > 3)
        cluster.pods = [fresh(1), fresh(1, { name: "new-pending", status: waitingFor("X") })].map((pod) => ({
          ...pod,
          owner: "rs",
        }));
    };
    const { lines } = await follow(cluster, { ...over, before: before.get(over.workload) });
    assert.ok(lines.some((line) => /1 that did not run before are not waited for, first: pod new-pending/.test(line)));
  });

  it("fails where a pod does not start that ran before", async () => {
    const cluster = deployment([fresh(1), fresh(2, { status: waitingFor("ImagePullBackOff") })]);
    assert.match(await failure(cluster, over), /1 of 2 done.*\n.*pod new-2 on node n2 is Pending: .*ImagePullBackOff/);
  });

  it("does not wait where it is paused, and says that nobody restarts its pods", async () => {
    const { lines } = await follow(deployment([old(1), old(2)], { replicas: 2, paused: true }), over);
    assert.match(
      lines.join("\n"),
      /warning: cluster "west": deployment\/cilium is paused, so nobody restarts its 2 pods: kubectl --context memory -n kube-system rollout resume deployment\/cilium/,
    );
  });

  it("takes pods that were evicted, or are another's, for none of its own", async () => {
    const evicted = old(3, { status: { phase: "Failed", reason: "Evicted" } });
    const cluster = deployment([fresh(1), fresh(2), evicted]);
    cluster.pods = [...cluster.pods, old(4, { owner: "somebody" })];
    await follow(cluster, over);
    assert.equal(cluster.looks, 1);
  });
});

describe("agents that nobody restarts", () => {
  const said = async (strategy: object) => {
    const agents = { ...DEFAULT_SETTINGS.cilium, operator: false } as const;
    const cluster = new RollingCluster({ pods: [old(1)], strategy });
    return (await saidWhile(() => sayWhoRestarts(cluster, "west", agents))).lines;
  };

  it("are named, with what to do, where roll-outs are not awaited", async () => {
    const lines = await said({ type: "OnDelete" });
    assert.match(
      lines.join("\n"),
      /warning: cluster "west": wait.rollout is false, and nobody restarts the pods of daemonset\/cilium, for its updateStrategy is OnDelete.*\(kubectl --context memory -n kube-system delete pod -l k8s-app=cilium/,
    );
    assert.deepEqual(await said({ type: "RollingUpdate" }), []);
  });
});
