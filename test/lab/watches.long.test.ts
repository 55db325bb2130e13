import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { CiliumMode, LabCluster } from "../../lab";
import { makeTrafficPods, podOn, startTraffic, TRAFFIC_NAMESPACE } from "../support/cilium/crossNodeTraffic";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { ciliumRolledOut, pingersEverywhere } from "./support/changing";
import { agentsKnow } from "./support/cilium/agentState";
import { removeUnusedIdentities } from "./support/cilium/unused";
import { endLeases, type Lease, leases } from "./support/etcdUsers/leases";
import { modesLab, type ModesLab } from "./support/modesLab";
import { WATCHES_LAB } from "./support/nodeLab";
import { meshReady, peersSeen } from "./support/peers/peers";
import { say, timed } from "./support/say";
import { fresh, notWhole, type Way, Ways } from "./support/traffic/ways";

const MODES: readonly CiliumMode[] = ["kvstore", "apiserver"];
const NEAR = "near";

/**
 * Cilium removes the routes of a node half a minute after the key of it is gone, and looks after all routes within a minute or two: what is cut then is
 * whole again afterwards.
 */
const LATE_MS = 90_000;
const FIVE_MINUTES_MS = 300_000;

/** A lab whose clusters have no name yet, and what is watched in it. */
class Watched {
  private ways = new Map<string, Way>();

  private constructor(
    private readonly own: ModesLab,
    readonly clusters: readonly LabCluster[],
    readonly stack: PulumiStack,
    private readonly mode: CiliumMode,
  ) {}

  static async start(mode: CiliumMode): Promise<Watched> {
    const own = await modesLab([mode, mode], { name: WATCHES_LAB, installed: "unmeshed" });
    const { clusters } = own.lab;
    const [first = assert.fail("no cluster1")] = clusters;
    for (const cluster of clusters) await makeTrafficPods(cluster);
    const near = podOn(TRAFFIC_NAMESPACE, NEAR, first.nodes[0]?.name ?? assert.fail("no node"), ["sleep", "infinity"]);
    await first.run(["apply", "--filename=-"], { stdin: JSON.stringify(near) });
    const ready = ["wait", "--for=condition=Ready", `pod/${NEAR}`, "--timeout=90s"];
    await first.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ready]);
    const stack = own.workstation.stack("watches");
    await stack.init({ ...(await localConfig(clusters)), demo: false });
    await adoptEtcdAuthorities(stack, clusters);
    const watched = new Watched(own, clusters, stack, mode);
    watched.ways.set("between nodes", fresh(await startTraffic(first)));
    watched.ways.set("on one node", fresh(await startTraffic(first, NEAR)));
    return watched;
  }

  /** Nothing may be lost meanwhile. */
  async quiet(what: string, work: () => Promise<unknown>, afterwardsMs?: number): Promise<void> {
    const told = await new Ways(this.ways).during(`${what}, ${this.mode}`, work, afterwardsMs);
    assert.deepEqual(notWhole(told), []);
  }

  /** From now on connections between the clusters count as well. */
  async countAcross(): Promise<void> {
    for (const [name, pinger] of await pingersEverywhere(this.clusters)) this.ways.set(name, fresh(pinger));
  }

  knows = (): Promise<readonly object[]> => Promise.all(this.clusters.map(agentsKnow));

  /** The leases of every agent and operator that runs now. */
  leasesNow(): ReadonlyMap<LabCluster, readonly Lease[]> {
    const withEtcd = this.clusters.filter(({ mode }) => mode === "kvstore");
    return new Map(withEtcd.map((cluster) => [cluster, leases(this.own.lab.bin.etcdctl, cluster)]));
  }

  /** What goes within half an hour of itself goes now: keys of agents that were replaced, and identities that no pod has. */
  async passTime(former: ReadonlyMap<LabCluster, readonly Lease[]>): Promise<readonly string[]> {
    const { etcdctl } = this.own.lab.bin;
    const keys = [...former].flatMap(([cluster, ended]) => endLeases(etcdctl, cluster, ended));
    const identities = await Promise.all(this.clusters.map((each) => removeUnusedIdentities(etcdctl, each)));
    say(`${String(keys.length)} keys have lapsed: ${keys.join(", ")}`);
    say(`${String(identities.flat().length)} identities are removed: ${identities.flat().join(", ")}`);
    return keys;
  }

  /** Restarts every agent, and returns when each of them runs. */
  async restartAgents(): Promise<void> {
    const restart = ["--namespace=kube-system", "rollout", "restart", "daemonset/cilium"];
    await Promise.all(this.clusters.map((cluster) => cluster.run(restart)));
    await Promise.all(this.clusters.map(ciliumRolledOut));
  }

  async settlesAs(before: readonly object[]): Promise<void> {
    await waitUntil("agents as before", 60, async () => isDeepStrictEqual(await this.knows(), before)).catch(
      () => undefined,
    );
    assert.deepEqual(await this.knows(), before);
  }

  async end(): Promise<void> {
    await new Ways(this.ways).stop();
    await this.own.end();
  }
}

for (const mode of MODES) {
  describe(`a mesh that is watched for long: ${mode}`, function () {
    this.timeout("8m");
    let watched: Watched;
    let former: ReadonlyMap<LabCluster, readonly Lease[]>;

    before(async function () {
      this.timeout("30m");
      watched = await Watched.start(mode);
      former = watched.leasesNow();
    });

    after(() => watched.end());

    it("comes without a lost connection", async () => {
      await watched.quiet("up", async () => succeeded(await timed("pulumi up", () => watched.stack.up())));
      await watched.countAcross();
    });

    it("loses none when what the agents of before have left goes, and what nobody uses", async () => {
      const before = await watched.knows();
      await watched.quiet("a quarter of an hour after up", () => watched.passTime(former), LATE_MS);
      await watched.settlesAs(before);
    });

    it("loses none when every agent is restarted, and is what it was", async () => {
      const before = await watched.knows();
      await watched.quiet("every agent is restarted after up", async () => {
        await watched.restartAgents();
        await meshReady(watched.clusters);
      });
      await watched.settlesAs(before);
    });
  });

  describe(`clusters that are watched for long when their mesh is gone: ${mode}`, function () {
    this.timeout("8m");
    let watched: Watched;
    let untouched: readonly object[];
    let former: ReadonlyMap<LabCluster, readonly Lease[]>;

    before(async function () {
      this.timeout("30m");
      watched = await Watched.start(mode);
      untouched = await watched.knows();
      succeeded(await timed("pulumi up", () => watched.stack.up()));
      former = watched.leasesNow();
    });

    after(() => watched.end());

    it("lose no connection in destroy and in five minutes after it", async () => {
      const destroy = async () => succeeded(await timed("pulumi destroy", () => watched.stack.destroy()));
      await watched.quiet("destroy and five minutes", destroy, FIVE_MINUTES_MS);
      assert.deepEqual(await peersSeen(watched.clusters), []);
      await watched.settlesAs(untouched);
    });

    it("have no key of the mesh that would lapse later, and lose none when others do", async () => {
      const lapse = async () => {
        const named = new RegExp(`[/=](${watched.clusters.map(({ name }) => name).join("|")})[/;]`);
        const keys = await watched.passTime(former);
        assert.deepEqual(
          keys.filter((key) => named.test(key)),
          [],
        );
      };
      await watched.quiet("a quarter of an hour after destroy", lapse, LATE_MS);
      await watched.settlesAs(untouched);
    });

    it("lose none when every agent is restarted, and are what they were", async () => {
      await watched.quiet("every agent is restarted after destroy", () => watched.restartAgents());
      await watched.settlesAs(untouched);
    });
  });
}
