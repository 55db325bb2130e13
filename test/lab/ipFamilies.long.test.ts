import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { LabCluster } from "../../lab";
import {
  addTrafficClient,
  makeTrafficPods,
  removeTrafficPods,
  serverIp,
  TRAFFIC_NAMESPACE,
} from "../support/cilium/crossNodeTraffic";
import { changes } from "../support/events";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { lostOf, orderedPairs, pinged, trafficOn } from "./support/changing";
import { agentState } from "./support/cilium/agentState";
import { ping } from "./support/demo/verdicts";
import { objectsOf } from "./support/mesh";
import { modesLab, type ModesLab } from "./support/modesLab";
import { FAMILIES_LAB } from "./support/nodeLab";
import { everyPeerReady, nodesSeen, peersSeen } from "./support/peers/peers";
import { say, timed } from "./support/say";

/** Both routings, and both ways of Services. */
const VARIANTS = [
  { ipFamilies: "dual-stack", routing: "native", kubeProxyReplacement: false, families: ["ipv4", "ipv6"] },
  { ipFamilies: "dual-stack", routing: "tunnel", kubeProxyReplacement: true, families: ["ipv4", "ipv6"] },
  { ipFamilies: "ipv6", routing: "tunnel", kubeProxyReplacement: false, families: ["ipv6"] },
] as const;
/** Cilium removes the routes of a removed node half a minute later: a cut would come only then. */
const ROUTES_GO_MS = 35_000;
const DENIED = "denied";

/** Lets the client of the other cluster in, by its name, and nobody else. */
const policy = (from: LabCluster): object => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  metadata: { name: "only-the-other-client", namespace: TRAFFIC_NAMESPACE },
  spec: {
    endpointSelector: { matchLabels: { app: "server" } },
    ingress: [{ fromEndpoints: [{ matchLabels: { app: "client", "io.cilium.k8s.policy.cluster": from.name } }] }],
  },
});

for (const { families, ...variant } of VARIANTS) {
  const replaced = variant.kubeProxyReplacement ? "with" : "without";
  const title = `${variant.ipFamilies} clusters as a mesh: ${variant.routing} routing, ${replaced} kube-proxy replacement`;
  describe(title, function () {
    this.timeout("8m");
    let own: ModesLab;
    let here: LabCluster;
    let there: LabCluster;
    let clusters: readonly LabCluster[];
    let stack: PulumiStack;
    let objects: readonly object[];
    let agents: readonly object[];

    /** What a run loses between the nodes of a cluster, and tells of the ways between clusters, which come and go with the mesh. */
    async function during(what: string, work: () => Promise<unknown>, afterwardsMs = 0): Promise<void> {
      const inside = await trafficOn([{ from: here, to: here }], families);
      const between = await trafficOn(orderedPairs(clusters), families, "unanswered");
      try {
        const begin = Date.now();
        await timed(what, work);
        await inside.goesOn(afterwardsMs);
        lostOf(`between clusters during ${what}`, between.since(begin));
        say(`  first answers after ${JSON.stringify(between.firstAnswers(begin))} s`);
        assert.equal(lostOf(`between nodes during ${what}`, inside.since(begin)), 0);
      } finally {
        await Promise.all([inside.stop(), between.stop()]);
      }
    }

    before(async function () {
      this.timeout("30m");
      own = await modesLab(["kvstore", "kvstore"], { installed: "unmeshed", name: FAMILIES_LAB, ...variant });
      [here = assert.fail("no cluster1"), there = assert.fail("no cluster2")] = own.lab.clusters;
      clusters = [here, there];
      for (const cluster of clusters) await makeTrafficPods(cluster);
      await addTrafficClient(there, DENIED);
      objects = await Promise.all(clusters.map(objectsOf));
      agents = await Promise.all(clusters.map(agentState));
      stack = own.workstation.stack("families");
      await stack.init({ ...(await localConfig(clusters)), demo: false });
      await adoptEtcdAuthorities(stack, clusters);
    });

    after(async () => {
      await own.end();
    });

    it("have etcds that peers find by IPv6, and ranges of each family", () => {
      assert.deepEqual(
        clusters.map(({ ciliumEtcd, podCIDRs }) => [new URL(ciliumEtcd.endpoint).hostname, podCIDRs.at(-1)]),
        [
          ["[fd00:1::1]", "fd00:60::/56"],
          ["[fd00:2::1]", "fd00:70::/56"],
        ],
      );
      for (const { podCIDRs } of clusters) assert.equal(podCIDRs.length, families.length);
    });

    it("come up without a lost connection between nodes, by any family", async () => {
      await during("up", async () => succeeded(await stack.up()));
    });

    it("see each other's nodes by each family, and answer pings by each", async () => {
      assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
      for (const { from, to } of orderedPairs(clusters)) {
        const seen = JSON.stringify(await nodesSeen(from, from.nodes[0] ?? assert.fail(), to));
        for (const range of to.podCIDRs) {
          const [prefix = ""] = range.split(/(?:\.0)?\.0\.0\/|::\//);
          assert.ok(seen.includes(`"${prefix}`), `${from.name} knows no range in ${range} of ${to.name}: ${seen}`);
        }
        for (const family of families) await pinged({ from, to }, family);
      }
    });

    it("have the paths between their nodes probed by each family", async () => {
      const { paths } = await stack.outputs();
      // There and back, to the node and to its health endpoint.
      const number = 2 * 2 * families.length;
      const row = { cluster: here.name, kind: "probed", working: number, of: number, broken: [] };
      assert.ok(Array.isArray(paths));
      assert.deepEqual(
        paths.filter(({ cluster }: { cluster?: unknown }) => cluster === here.name),
        [row],
      );
    });

    it("have nothing to do in a second up, which cuts no connection between clusters either", async () => {
      const traffic = await trafficOn(orderedPairs(clusters), families);
      try {
        const begin = Date.now();
        assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
        assert.equal(lostOf("between clusters during a second up", traffic.since(begin)), 0);
      } finally {
        await traffic.stop();
      }
    });

    it("keep out whom a policy keeps out, by each family", async () => {
      const expected = families.flatMap((family) => [
        { who: `client of ${there.name}`, family, said: "PONG" },
        { who: `${DENIED} of ${there.name}`, family, said: "no answer" },
        { who: `client of ${here.name}`, family, said: "no answer" },
      ]);
      const seen = () =>
        Promise.all(
          expected.map(async ({ who, family }) => {
            const [pod = "", , name] = who.split(" ");
            const from = clusters.find((each) => each.name === name) ?? assert.fail(who);
            return { who, family, said: await ping(from, TRAFFIC_NAMESPACE, pod, await serverIp(here, family)) };
          }),
        );
      const all = expected.map((each) => ({ ...each, said: "PONG" }));
      assert.deepEqual(await seen(), all, "without the policy");
      await here.run(["apply", "--filename=-"], { stdin: JSON.stringify(policy(there)) });
      let last: readonly object[] = [];
      await waitUntil("the policy is in force", 60, async () => {
        last = await seen();
        return isDeepStrictEqual(last, expected);
      }).catch(() => undefined);
      assert.deepEqual(last, expected);
      await here.run([`--namespace=${TRAFFIC_NAMESPACE}`, "delete", "ciliumnetworkpolicy/only-the-other-client"]);
      await waitUntil("the policy is not in force", 60, async () => isDeepStrictEqual(await seen(), all));
    });

    it("go without a lost connection between nodes, by any family", async () => {
      await during("destroy", async () => succeeded(await stack.destroy()), ROUTES_GO_MS);
    });

    it("leave objects, routes and lists of nodes as they were", async () => {
      assert.deepEqual(await peersSeen(clusters), []);
      assert.deepEqual(await Promise.all(clusters.map(objectsOf)), objects);
      const now = () => Promise.all(clusters.map(agentState));
      await waitUntil("agents and etcds as before", 60, async () => isDeepStrictEqual(await now(), agents)).catch(
        () => undefined,
      );
      assert.deepEqual(await now(), agents);
      for (const cluster of clusters) await removeTrafficPods(cluster);
    });
  });
}
