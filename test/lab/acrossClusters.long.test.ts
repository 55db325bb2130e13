import assert from "node:assert/strict";
import type { CiliumMode, LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { makeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { localConfig } from "../support/stacks/localStack";
import { withMember } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { change, ciliumRolledOut, ownAuthorities, pingersEverywhere } from "./support/changing";
import { modesLab, type ModesLab } from "./support/modesLab";
import { ACROSS_LAB } from "./support/nodeLab";
import { everyPeerReady, meshReady, peersSeen } from "./support/peers/peers";
import { timed } from "./support/say";
import { makeGlobalService, throughGlobalService } from "./support/traffic/globalService";
import { fresh, notWhole, Ways } from "./support/traffic/ways";

const MODES: readonly CiliumMode[] = ["kvstore", "apiserver", "kvstoremesh"];
const NAMESPACE = "--namespace=kube-system";

/** A global Service whose one pod is in the second cluster. */
const ELSEWHERE = "elsewhere";
/** One with a pod in the second cluster and in the third. */
const IN_BOTH = "in-both";

/** What may be lost all the same, and for how long it is watched. */
interface Quiet {
  readonly but?: (way: string) => boolean;
  readonly afterwardsMs?: number;
}

for (const mode of MODES) {
  describe(`connections across clusters while the mesh changes: ${mode}`, function () {
    this.timeout("6m");
    let own: ModesLab;
    let two: readonly [LabCluster, LabCluster];
    let third: LabCluster;
    let stack: PulumiStack;
    let ways: Ways;
    let revisions: object = {};

    const configOf = async (clusters: readonly LabCluster[]): Promise<Readonly<Record<string, unknown>>> => {
      const extra = { demo: false, keyRevisions: revisions };
      return mode === "kvstore" ? ownAuthorities(clusters, extra) : { ...(await localConfig(clusters)), ...extra };
    };
    const upOf = async (what: string, clusters: readonly LabCluster[]) => {
      await change(what, stack, await configOf(clusters));
    };
    const during = (what: string, work: () => Promise<unknown>, afterwardsMs?: number) =>
      ways.during(`${what}, ${mode}`, work, afterwardsMs);

    /** Nothing may be lost while something is done and until a little later, and no agent restarted. */
    async function quiet(what: string, work: () => Promise<unknown>, { but, afterwardsMs }: Quiet = {}): Promise<void> {
      const uids = await Promise.all(two.map(agentUids));
      assert.deepEqual(notWhole(await during(what, work, afterwardsMs), but), []);
      assert.deepEqual(await Promise.all(two.map(agentUids)), uids, "agents were restarted");
    }
    const ofThird: Quiet = { but: (way) => way.endsWith(IN_BOTH) };

    /** What a cluster publishes its state with. */
    async function restartPublisher(cluster: LabCluster): Promise<void> {
      if (mode === "kvstore") return cluster.ciliumEtcd.restart();
      await cluster.run([NAMESPACE, "rollout", "restart", "deployment/clustermesh-apiserver"]);
      await cluster.run([NAMESPACE, "rollout", "status", "deployment/clustermesh-apiserver", "--timeout=180s"]);
    }

    before(async function () {
      this.timeout("30m");
      own = await modesLab([mode, mode, mode], { name: ACROSS_LAB });
      const [first, second, last] = own.lab.clusters;
      assert.ok(first !== undefined && second !== undefined && last !== undefined);
      [two, third] = [[first, second], last];
      const all = own.lab.clusters;
      for (const cluster of all) await makeTrafficPods(cluster);
      await makeGlobalService(ELSEWHERE, all, [second]);
      await makeGlobalService(IN_BOTH, all, [second, third]);
      stack = own.workstation.stack("across");
      await stack.init(await configOf(two));
      succeeded(await timed("pulumi up", () => stack.up()));
      ways = new Ways(
        new Map([
          ...[...(await pingersEverywhere(two))].map(([name, pinger]) => [name, fresh(pinger)] as const),
          ...(await throughGlobalService(first, ELSEWHERE)),
          ...(await throughGlobalService(first, IN_BOTH)),
        ]),
      );
    });

    after(async () => {
      await ways.stop();
      await own.end();
    });

    it("a third cluster joins: nothing is lost", async () => {
      await quiet("a third cluster joins", () => upOf("up with the third", [...two, third]));
    });

    it("it leaves: nothing is lost", async () => {
      await quiet("the third cluster leaves", () => upOf("up without the third", two), ofThird);
    });

    it("it joins again: nothing is lost", async function () {
      // KVStoreMesh empties its cache of a cluster that has left for three minutes before it takes it again.
      this.timeout("8m");
      await quiet("it joins again", () => upOf("up with the third again", [...two, third]), ofThird);
    });

    it("it dies: nothing is lost of what it does not serve, not before it is declared lost nor then", async () => {
      const config = await configOf([...two, third]);
      const members = config["clusters"] as Readonly<Record<string, object>>;
      const lost = withMember(config, third.name, { ...members[third.name], lost: true });
      await third.apiServer.stop();
      const die = async () => {
        if (mode === "kvstore") await third.ciliumEtcd.stop();
        for (const node of third.nodes) await node.run(["ip", "link", "set", "eth0", "down"]);
      };
      await quiet("it dies", die, { ...ofThird, afterwardsMs: 10_000 });
      await quiet("it is declared lost", () => change("up, the third is lost", stack, lost), ofThird);
      await quiet("afterwards", () => Promise.resolve());
      await quiet("it is removed", () => upOf("up without the third", two));
      assert.deepEqual(await peersSeen(two), everyPeerReady(two));
    });

    it("every agent is restarted: nothing is lost", async () => {
      const restart = async () => {
        await Promise.all(two.map((cluster) => cluster.run([NAMESPACE, "rollout", "restart", "daemonset/cilium"])));
        await Promise.all(two.map(ciliumRolledOut));
        await meshReady(two);
      };
      assert.deepEqual(notWhole(await during("every agent is restarted", restart)), []);
    });

    it("what publishes the state of the clusters is restarted: nothing is lost", async () => {
      await quiet("etcd or clustermesh-apiserver is restarted", async () => {
        await Promise.all(two.map(restartPublisher));
        await meshReady(two);
      });
    });

    it("clients get new keys and certificates: nothing is lost", async () => {
      const secret = mode === "kvstoremesh" ? "cilium-kvstoremesh" : "cilium-clustermesh";
      const before = await secretFiles(two[0], secret);
      revisions = { client: 2 };
      await quiet("new keys of clients", () => upOf("up, client", two));
      assert.notEqual((await secretFiles(two[0], secret))["mesh.client.key"], before["mesh.client.key"]);
    });

    if (mode !== "kvstore") {
      it("a cluster gets another CA: nothing is lost", async () => {
        await quiet("another cilium-ca", async () => {
          await two[1].run([NAMESPACE, "delete", "secret", "cilium-ca"]);
          await two[1].upgradeCilium({});
          await restartPublisher(two[1]);
          await upOf("up with another CA", two);
          await meshReady(two);
        });
      });
    }

    it("is taken down: nothing is lost within a cluster", async () => {
      const destroy = async () => succeeded(await timed("pulumi destroy", () => stack.destroy()));
      const isAcross = (way: string): boolean => way !== `${two[0].name} → ${two[0].name}`;
      assert.deepEqual(notWhole(await during("destroy", destroy), isAcross), []);
    });
  });
}
