import assert from "node:assert/strict";
import { PEER_ROLE } from "../../../components/etcdUsers/model/etcdUsers";
import type { LabCluster } from "../../../lab";
import {
  asPeer,
  asRoot,
  disableEtcdAuth,
  enableEtcdAuth,
  etcdAccounts,
  isAuthEnabled,
  narrowPeerRole,
  peerCan,
  type EtcdAccounts,
} from "../../support/etcdUsers/etcdAuth";
import { changes } from "../../support/events";
import { uidOf } from "../../support/kubernetes/clusterObjects";
import { adoptEtcdAuthorities } from "../../support/stacks/localStack";
import { clusterConfig, meshConfig, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

const PEERS = "secret/cilium-clustermesh";

/** What `etcdctl role get` prints of the peers' role. */
function peerRoleOf(cluster: string): string {
  const prefixes = [
    "cilium/.heartbeat",
    `cilium/cluster-config/${cluster}`,
    "cilium/state/",
    `cilium/synced/${cluster}/`,
  ];
  const behind = (prefix: string) => prefix.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));
  const lines = prefixes.map((prefix) => `\t[${prefix}, ${behind(prefix)}) (prefix ${prefix})`);
  return [`Role ${PEER_ROLE}`, "KV Read:", ...lines, "KV Write:", ""].join("\n");
}

/** Keys of a cluster's etcd that its peers read, and some that are none of their business. */
const keysOf = (cluster: string) => ({
  read: [
    "cilium/.heartbeat",
    "cilium/state/nodes/v1/default/node1",
    `cilium/cluster-config/${cluster}`,
    `cilium/synced/${cluster}/nodes`,
  ],
  hidden: ["cilium/other", "cilium/cluster-config/another", "cilium/synced/another/nodes", "other/secrets/a"],
});

describe("users of peers in etcd", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let clusters: readonly [LabCluster, LabCluster];
  let etcdctl: string;
  let found: readonly EtcdAccounts[];

  const accounts = () => clusters.map((each) => etcdAccounts(etcdctl, each));
  const pairs = () => clusters.flatMap((to) => clusters.filter((from) => from !== to).map((from) => ({ from, to })));

  /** The configuration; another way to the same etcds has their users looked at again. */
  const config = (way: "the peers' way" | "its own way") => {
    const extra = { authority: "adopted", etcdUsers: "manage" };
    const own = (each: LabCluster) => ({
      ...clusterConfig(each),
      etcd: {
        endpoints: [each.ciliumEtcd.endpoint],
        // Of the two, the first does not answer.
        adminEndpoints: [each.ciliumEtcd.dialEndpoint.replace(/\d+$/, "1"), each.ciliumEtcd.dialEndpoint],
      },
    });
    const moved = { clusters: Object.fromEntries(clusters.map((each) => [each.name, own(each)])) };
    return meshConfig(clusters, way === "its own way" ? { ...extra, ...moved } : extra);
  };
  const configure = async (way: Parameters<typeof config>[0]) => {
    await stack.configure(config(way));
    await adoptEtcdAuthorities(stack, clusters);
  };

  const root = (cluster: LabCluster, ...args: readonly string[]) => asRoot(etcdctl, cluster, args);

  before(async () => {
    const { lab, workstation } = await engine();
    etcdctl = lab.bin.etcdctl;
    const [first, second] = await labClusters(2);
    assert.ok(first && second);
    clusters = [first, second];
    found = accounts();
    for (const cluster of clusters) {
      const { read, hidden } = keysOf(cluster.name);
      [...read, ...hidden].forEach((key) => root(cluster, "put", key, "value"));
    }
    // What a killed run could have left, and more than that: a permission that is too wide and one that is too narrow.
    root(first, "role", "add", PEER_ROLE);
    root(first, "role", "grant-permission", PEER_ROLE, "readwrite", "cilium/state/", "--prefix");
    root(first, "role", "grant-permission", PEER_ROLE, "read", "cilium/.heartbeat");
    root(first, "user", "add", "remote-cluster2", "--no-password");
    // What another administrator has made.
    root(second, "role", "add", "ops");
    root(second, "user", "add", "remote-cluster1", "--no-password");
    root(second, "user", "grant-role", "remote-cluster1", "ops");

    stack = workstation.stack("users");
    await stack.init(config("the peers' way"));
    await adoptEtcdAuthorities(stack, clusters);
  });

  after(async () => {
    for (const cluster of clusters) {
      await cluster.ciliumEtcd.start();
    }
    await stack.destroy();
    const [, second] = clusters;
    for (const cluster of clusters) {
      disableEtcdAuth(etcdctl, cluster);
      const { read, hidden } = keysOf(cluster.name);
      [...read, ...hidden].forEach((key) => root(cluster, "del", key));
    }
    root(second, "user", "delete", "remote-cluster1");
    root(second, "role", "delete", "ops");
    assert.deepEqual(accounts(), found);
    assert.ok(!clusters.some((cluster) => isAuthEnabled(etcdctl, cluster)));
  });

  it("are prepared while authentication is off, and it is said that they do nothing yet", async () => {
    const { text } = succeeded(await stack.up());
    for (const { name } of clusters) {
      assert.ok(
        text.includes(`warning: cluster "${name}": users of peers are prepared, but authentication is off`),
        text,
      );
    }
    assert.match(
      text,
      /cluster "cluster2": user remote-cluster1 has ops beside clustermesh-peer, more than a peer needs/,
    );
    const { etcdUsers } = await stack.outputs();
    assert.match(JSON.stringify(etcdUsers), /^\{"cluster1":"prepared, but .*"cluster2":"prepared, but /);
    assert.ok(
      await peerCan(etcdctl, clusters[0], clusters[1], ["get", "cilium/other"]),
      "the control is refused already",
    );
  });

  it("are as they have to be, whatever was there, and others keep what they had", () => {
    const [first, second] = accounts();
    assert.deepEqual(first?.users, { "remote-cluster2": [PEER_ROLE] });
    assert.deepEqual(second?.users, { "remote-cluster1": [PEER_ROLE, "ops"] });
    for (const [index, { name }] of clusters.entries()) {
      assert.equal([first, second][index]?.roles[PEER_ROLE], peerRoleOf(name));
    }
  });

  it("have nothing to do in a second up", async () => {
    assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
  });

  it("let a peer read what it needs and nothing else, once authentication is enabled", async () => {
    clusters.forEach((cluster) => {
      enableEtcdAuth(etcdctl, cluster);
    });
    for (const { from, to } of pairs()) {
      const can = (...args: readonly string[]) => peerCan(etcdctl, from, to, args);
      const { read, hidden } = keysOf(to.name);
      for (const key of read) {
        const { opened, text } = await asPeer(etcdctl, from, to, ["get", key]);
        assert.ok(opened && text.includes(key), `${from.name} reads ${key} of ${to.name}: ${text}`);
      }
      for (const prefix of ["cilium/.heartbeat", "cilium/state/", ...read.slice(2)]) {
        assert.ok(await can("get", prefix, "--prefix"), `${from.name} lists ${prefix} of ${to.name}`);
      }
      for (const key of hidden) {
        assert.ok(!(await can("get", key)), `${from.name} reads ${key} of ${to.name}`);
      }
      for (const prefix of ["cilium/", "cilium/synced/", "cilium/cluster-config/", ""]) {
        assert.ok(!(await can("get", prefix, "--prefix")), `${from.name} lists ${prefix} of ${to.name}`);
      }
    }
  });

  it("let a peer write nothing and manage nobody", async () => {
    for (const { from, to } of pairs()) {
      const { read, hidden } = keysOf(to.name);
      const refused: readonly (readonly string[])[] = [
        ...[...read, ...hidden].flatMap((key) => [
          ["put", key, "changed"],
          ["del", key],
        ]),
        ["del", "", "--prefix"],
        ["user", "add", "mallory", "--no-password"],
        ["user", "grant-role", `remote-${from.name}`, "root"],
        ["role", "grant-permission", PEER_ROLE, "readwrite", "", "--prefix"],
        ["user", "delete", "root"],
        ["auth", "disable"],
      ];
      for (const args of refused) {
        assert.ok(!(await peerCan(etcdctl, from, to, args)), `${from.name} at ${to.name}: ${args.join(" ")}`);
      }
      for (const key of [...read, ...hidden]) {
        assert.equal(root(to, "get", key, "--print-value-only").trim(), "value");
      }
    }
  });

  it("are put right where they are looked at again, and authentication is seen", async () => {
    const before = accounts();
    const [first, second] = clusters;
    narrowPeerRole(etcdctl, first);
    root(second, "role", "grant-permission", PEER_ROLE, "readwrite", "cilium/other");
    assert.notDeepEqual(accounts(), before);
    await configure("its own way");
    succeeded(await stack.up());
    assert.deepEqual(accounts(), before);
    assert.deepEqual((await stack.outputs())["etcdUsers"], { cluster1: "enforced", cluster2: "enforced" });
  });

  it("fail up where an etcd is down, by cluster and address, and cost no cluster its peers", async () => {
    const [, second] = clusters;
    const uids = await Promise.all(clusters.map((cluster) => uidOf(cluster, PEERS)));
    await second.ciliumEtcd.stop();
    await configure("the peers' way");
    const run = await stack.up();
    assert.notEqual(run.code, 0, run.text);
    const { endpoint } = second.ciliumEtcd;
    assert.ok(run.text.includes(`cluster "cluster2": etcd "${endpoint}" says "14 UNAVAILABLE`), run.text);
    assert.match(run.text, /ECONNREFUSED.*; start it, or give etcd\.adminEndpoints/);
    assert.deepEqual(await Promise.all(clusters.map((cluster) => uidOf(cluster, PEERS))), uids);

    await second.ciliumEtcd.start();
    succeeded(await stack.up());
    assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
    assert.ok(isAuthEnabled(etcdctl, second), "a restarted etcd has lost its authentication");
  });

  it("are issued again on demand, in this order, and cost no cluster its peers", async () => {
    const [before, uid] = [accounts(), await uidOf(clusters[0], PEERS)];
    const users = (await stack.export()).match(/urn:[^"]*::clustermesh-cluster1-etcd-users(?=")/)?.[0] ?? "";
    const run = succeeded(await stack.up("--replace", users));
    assert.ok(
      changes(run.steps).some((change) => /replace.*clustermesh-cluster1-etcd-users/.test(change)),
      run.text,
    );
    assert.deepEqual(accounts(), before);
    assert.equal(await uidOf(clusters[0], PEERS), uid);
  });

  it("stay while etcd holds peers to them: no more to manage them is refused, in the preview too", async () => {
    const before = accounts();
    const off = { ...config("the peers' way"), etcdUsers: "off" };
    await stack.configure(off);
    await adoptEtcdAuthorities(stack, clusters);
    for (const run of [await stack.preview(), await stack.up()]) {
      assert.notEqual(run.code, 0, run.text);
      for (const { name } of clusters) {
        assert.match(
          run.text,
          new RegExp(`cluster "${name}": clustermesh:etcdUsers "off" would remove the users of its peers`),
        );
      }
    }
    assert.deepEqual(accounts(), before);

    await stack.configure({ ...off, ...WITHOUT_PREFLIGHT });
    await adoptEtcdAuthorities(stack, clusters);
    const { text } = succeeded(await stack.up());
    assert.match(text, /warning: cluster "cluster1": users of peers stay, for its etcd enforces authentication/);
    assert.deepEqual(accounts(), before);

    await configure("the peers' way");
    succeeded(await stack.up());
    assert.deepEqual(accounts(), before);
  });

  it("leave no key of the administrator in the clear", async () => {
    const text = `${await stack.export()}${JSON.stringify(await stack.outputs())}`;
    assert.ok(text.includes("clustermesh-etcd-admin-key"));
    assert.doesNotMatch(text, /BEGIN [A-Z ]*PRIVATE KEY/);
  });

  it("are gone after destroy, and nothing else is", async () => {
    succeeded(await stack.destroy());
    const [first, second] = accounts();
    assert.deepEqual(first?.users, { root: ["root"] });
    assert.deepEqual(Object.keys(first.roles), ["root"]);
    assert.deepEqual(second?.users, { "remote-cluster1": ["ops"], root: ["root"] });
    assert.deepEqual(Object.keys(second.roles).sort(), ["ops", "root"]);
  });
});
