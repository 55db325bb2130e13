import assert from "node:assert/strict";
import { run, type LabCluster } from "../../lab";
import { agentUids, allNodes } from "../support/cilium/agents";
import { makeTrafficPods, removeTrafficPods, serverIp } from "../support/cilium/crossNodeTraffic";
import { changes, nameOf } from "../support/events";
import { withMember } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import {
  change,
  ciliumRolledOut,
  lostOf,
  makeStack,
  orderedPairs,
  ownAuthorities,
  pinged,
  trafficEverywhere,
  type Traffic,
} from "./support/changing";
import { keysOfMember } from "./support/etcdUsers/ownEtcd";
import { thirdCluster, twoClusters } from "./support/level";
import { objectsOf, unmeshed } from "./support/mesh";
import { everyPeerReady, identitiesSeen, identityOf, nodesSeen, peersSeen } from "./support/peers/peers";

const WORLD = 2;

describe("a third cluster that joins and leaves", function () {
  this.timeout("5m");
  let two: readonly LabCluster[];
  let third: LabCluster;
  let three: readonly LabCluster[];
  let stack: PulumiStack;
  let untouched: readonly object[];
  let traffic: Traffic;
  let handBack: readonly string[] = [];

  /** What the first two lose while something is done with the third. */
  async function quiet(what: string, work: () => Promise<unknown>): Promise<void> {
    const begin = Date.now();
    const uids = await Promise.all(two.map(agentUids));
    await work();
    assert.equal(lostOf(what, traffic.since(begin)), 0);
    assert.deepEqual(await Promise.all(two.map(agentUids)), uids, "agents were restarted");
  }

  /** Nothing of the third cluster is known to any agent of the others: to them, an address of it is one of the world. */
  async function forgotten(address: string): Promise<void> {
    assert.deepEqual(await peersSeen(two), everyPeerReady(two));
    for (const { cluster, node } of allNodes(two)) {
      const seen = async (): Promise<readonly unknown[]> => [
        ...(await nodesSeen(cluster, node, third)),
        ...(await identitiesSeen(cluster, node, third)),
      ];
      await waitUntil(`${cluster.name}, ${node.name}: nothing of ${third.name}`, 20, async () => {
        return (await seen()).length === 0;
      });
      assert.equal(await identityOf(cluster, node, address), WORLD);
    }
  }

  before(async function () {
    this.timeout("8m");
    await unmeshed();
    two = await twoClusters();
    third = await thirdCluster();
    three = [...two, third];
    for (const cluster of three) await makeTrafficPods(cluster);
    untouched = await Promise.all(three.map(objectsOf));
    stack = await makeStack("third", await ownAuthorities(two));
    succeeded(await stack.up());
    traffic = await trafficEverywhere(two);
  });

  after(async () => {
    await traffic.stop();
    succeeded(await stack.destroy());
    for (const cluster of three) await removeTrafficPods(cluster);
  });

  it("joins with an edit of the configuration: no agent of the others is restarted, no other resource changes", async () => {
    await quiet("the first two while the third joins", async () => {
      const { steps } = await change("up with the third cluster", stack, await ownAuthorities(three));
      const others = changes(steps).filter((step) => !step.includes(third.name));
      assert.deepEqual(others.sort(), [
        "update clustermesh-check",
        "update clustermesh-cluster1-peers",
        "update clustermesh-cluster1-policy-check",
        "update clustermesh-cluster2-peers",
        "update clustermesh-cluster2-policy-check",
      ]);
    });
  });

  it("makes every ordered pair ready, and answers pings", async () => {
    assert.deepEqual(await peersSeen(three), everyPeerReady(three));
    const pairs = orderedPairs(three);
    assert.equal(pairs.length, 6);
    await Promise.all(pairs.map((pair) => pinged(pair)));
  });

  it("leaves with an edit of the configuration: its peers drop it first, and it is as before", async () => {
    await quiet("the first two while the third leaves", async () => {
      const { steps } = await change("up without the third cluster", stack, await ownAuthorities(two));
      const names = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${nameOf(urn)}`);
      assert.ok(
        names.indexOf("update clustermesh-cluster1-peers") < names.indexOf("delete clustermesh-cluster3-peers"),
        names.join(", "),
      );
    });
    await forgotten(await serverIp(third));
    assert.deepEqual(await objectsOf(third), untouched[2]);
    assert.deepEqual(await keysOfMember(third), []);
  });

  it("is dropped by its peers when it is dead and declared so, and leaves without an answer", async () => {
    await change("up with the third cluster again", stack, await ownAuthorities(three));
    const address = await serverIp(third);
    await third.apiServer.stop();
    await third.ciliumEtcd.stop();
    try {
      const config = await ownAuthorities(three);
      const members = config["clusters"] as Readonly<Record<string, object>>;
      const lost = withMember(config, third.name, { ...members[third.name], lost: true });
      await quiet("the first two while the third is given up", async () => {
        await change("up, the third is lost", stack, lost);
      });
      await forgotten(address);
      await quiet("the first two while the third is removed", async () => {
        const { text } = await change("up without the third cluster", stack, await ownAuthorities(two));
        handBack = /should it ever return, this gives it back: (.*)$/m.exec(text)?.[1]?.split(" && ") ?? [];
      });
      assert.doesNotMatch(await stack.export(), /"urn": "[^"]*cluster3/);
    } finally {
      await third.ciliumEtcd.start();
      await third.apiServer.start();
    }
  });

  it("is made what it was by the commands that were shown, should it return", async () => {
    assert.ok(handBack.length >= 3, "no commands were shown");
    for (const line of handBack) {
      // As a person would: pasted into a shell.
      await run(
        "bash",
        ["-c", line.replace(/^kubectl/, '"$KUBECTL" --kubeconfig="$KUBECONFIG" --context="$CONTEXT"')],
        {
          env: { ...process.env, KUBECTL: third.kubectl, KUBECONFIG: third.kubeconfig, CONTEXT: third.context },
        },
      );
    }
    await ciliumRolledOut(third);
    assert.deepEqual(await objectsOf(third), untouched[2]);
    await forgotten(await serverIp(third));
  });
});
