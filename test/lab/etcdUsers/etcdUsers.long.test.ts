import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import {
  disableEtcdAuth,
  enableEtcdAuth,
  etcdAccounts,
  narrowPeerRole,
  peerCan,
  type EtcdAccounts,
} from "../../support/etcdUsers/etcdAuth";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { makeStack, orderedPairs, ownAuthorities } from "../support/changing";
import { level, twoClusters } from "../support/level";
import { unmeshed } from "../support/mesh";
import { check } from "../support/meshCheck/check";
import { changePeerFiles, withComment } from "../support/peers/peerSecret";
import { everyPeerReady, meshReady, peerNotReady, peersSeen } from "../support/peers/peers";
import { say } from "../support/say";

const DECLARED = { cluster1: 101, cluster2: 102 } as const;

/** Keys that a peer has no business with, in every way of asking. */
const FORBIDDEN: readonly (readonly string[])[] = [
  ["put", "cilium/state/nodes/v1/default/intruder", "x"],
  ["put", "cilium/cluster-config/intruder", "x"],
  ["del", "cilium/.heartbeat"],
  ["get", "", "--prefix", "--keys-only"],
  ["get", "cilium/", "--prefix", "--keys-only"],
  ["get", "cilium/cluster-config/intruder"],
  ["user", "add", "intruder", "--no-password"],
];

/** Has the agents of a cluster reconnect to a peer. Returns what gives the file back as it was. */
const connectAnew = (cluster: LabCluster, peer: LabCluster): Promise<() => Promise<void>> =>
  changePeerFiles(cluster, (files) => withComment(files, peer.name));

describe("etcds that hold their peers to what a peer needs", function () {
  this.timeout("4m");
  let etcdctl: string;
  let clusters: readonly [LabCluster, LabCluster];
  let stack: PulumiStack;
  let untouched: readonly EtcdAccounts[];
  const accounts = () => clusters.map((cluster) => etcdAccounts(etcdctl, cluster));

  before(async () => {
    await unmeshed();
    clusters = await twoClusters();
    etcdctl = (await level()).lab.bin.etcdctl;
    for (const cluster of clusters) enableEtcdAuth(etcdctl, cluster);
    untouched = accounts();
    const config = await ownAuthorities(clusters, { etcdUsers: "manage" });
    const members = config["clusters"] as Readonly<Record<string, { readonly etcd: object }>>;
    const reached = clusters.map(({ name, ciliumEtcd }) => {
      const etcd = { ...members[name]?.etcd, adminEndpoints: [ciliumEtcd.dialEndpoint] };
      return [name, { ...members[name], etcd }] as const;
    });
    stack = await makeStack("users", { ...config, clusters: Object.fromEntries(reached) });
  });

  after(async () => {
    succeeded(await stack.destroy());
    for (const cluster of clusters) disableEtcdAuth(etcdctl, cluster);
  });

  it("make a mesh that is ready all the same", async () => {
    succeeded(await stack.up());
    assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
  });

  it("let a peer write nothing and read nothing else", async () => {
    for (const { from, to } of orderedPairs(clusters)) {
      assert.ok(await peerCan(etcdctl, from, to, ["get", "cilium/state/", "--prefix", "--keys-only"]));
      for (const args of FORBIDDEN) {
        assert.ok(!(await peerCan(etcdctl, from, to, args)), `${from.name} at ${to.name}: ${args.join(" ")}`);
      }
    }
  });

  it("are found out by the check where a role is too narrow", async () => {
    const [here, there] = clusters;
    const widen = narrowPeerRole(etcdctl, there);
    let giveBack: (() => Promise<void>) | undefined;
    try {
      giveBack = await connectAnew(here, there);
      await peerNotReady(here, there);
      const { code, stderr } = await check(DECLARED, 5);
      assert.equal(code, 1);
      const lines = stderr.split("\n").filter((line) => /^ +- cluster "cluster1": agent .* peer "cluster2"/.test(line));
      assert.equal(lines.length, here.nodes.length, stderr);
      say(lines[0]?.trim() ?? "");
    } finally {
      widen();
      await giveBack?.();
      await meshReady(clusters);
    }
    assert.equal((await check(DECLARED, 60)).code, 0);
  });

  it("get the users of their peers once and lose them on destroy", async () => {
    // The peers' Secret was written by hand meanwhile: its files are made this program's again.
    succeeded(await stack.up());
    succeeded(await stack.up("--expect-no-changes"));
    assert.deepEqual(Object.keys(accounts()[0]?.users ?? {}).sort(), ["remote-cluster2", "root"]);
    succeeded(await stack.destroy());
    assert.deepEqual(accounts(), untouched);
  });
});
