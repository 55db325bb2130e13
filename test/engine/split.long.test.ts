import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { changes } from "../support/events";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { snapshots, versions } from "../support/kubernetes/snapshot";
import { filesOf } from "../support/secrecy/fileWatch";
import { findLeaks, keyNeedles, keysIn, type Haystack } from "../support/secrecy/needles";
import { allowing, clusterConfig, WITHOUT_NODES } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../support/stacks/pulumi";
import { readState } from "../support/stacks/stackState";
import { withOutputs } from "../support/stacks/stateEdit";
import { serveIssued } from "./support/certificates/rotating";
import { engine, labClusters } from "./support/engine";
import { assertOpens, heldNow } from "./support/pairs";

const AUTHORITY = "split-authority";
const REFERENCE = `organization/clustermesh/${AUTHORITY}`;
const PEERS = "cilium-clustermesh";
const GENERATION = "jsonpath={.metadata.annotations.cilium-clustermesh/generation}";

type Json = Readonly<Record<string, unknown>>;

/** A cluster as the authority stack lists it. */
function listed(cluster: LabCluster): Json {
  return Object.fromEntries(Object.entries(clusterConfig(cluster)).filter(([key]) => key !== "context"));
}

const authorityConfig = (clusters: readonly LabCluster[], over: Json = {}): Json => ({
  role: "authority",
  clusters: { ...Object.fromEntries(clusters.map((cluster) => [cluster.name, listed(cluster)])), ...over },
});

const memberConfig = (cluster: LabCluster): Json => ({
  role: "cluster",
  authorityStack: REFERENCE,
  clusters: { [cluster.name]: { context: cluster.context } },
  ...allowing(),
  ...WITHOUT_NODES,
});

describe("a mesh of an authority stack and a stack for each cluster", function () {
  this.timeout("8m");
  let clusters: readonly LabCluster[];
  let untouched: readonly Json[];
  let authority: PulumiStack;
  let members: readonly PulumiStack[];
  /** Everything that anybody could see. */
  const seen: Haystack[] = [];

  before(async () => {
    clusters = await labClusters(3);
    untouched = await snapshots(clusters);
    const { workstation } = await engine();
    authority = workstation.stack(AUTHORITY);
    members = clusters.map(({ name }) => workstation.stack(`split-${name}`));
    for (const [index, cluster] of clusters.entries()) {
      await members[index]?.init(memberConfig(cluster));
    }
  });

  const watched = (run: Run): Run => {
    seen.push({ place: "output of a run", content: run.text });
    return run;
  };

  /** Runs the same on the members' stacks side by side, as a pipeline would. */
  async function sideBySide(some: readonly PulumiStack[], work: (stack: PulumiStack) => Promise<Run>) {
    return Promise.all(some.map(async (stack) => watched(succeeded(await work(stack)))));
  }

  async function assertRefused(stacks: readonly PulumiStack[], line: RegExp): Promise<void> {
    const before = await Promise.all(clusters.map(versions));
    for (const stack of stacks) {
      for (const run of [await stack.preview(), await stack.up()]) {
        assert.notEqual(run.code, 0, run.text);
        assert.match(run.text, line);
      }
    }
    assert.deepEqual(await Promise.all(clusters.map(versions)), before);
  }

  it("refuses a member before its authority, and says what to do", async () => {
    await assertRefused(
      members.slice(0, 1),
      /"organization\/clustermesh\/split-authority" is no stack of this backend; .*pulumi up that stack first/,
    );
    await authority.init(authorityConfig(clusters));
    await assertRefused(members.slice(0, 1), /has published no registry; pulumi up that stack first/);
  });

  it("has an authority that touches no cluster", async () => {
    const before = await Promise.all(clusters.map(versions));
    watched(succeeded(await authority.up()));
    assert.deepEqual(await Promise.all(clusters.map(versions)), before);
    const { registry, authorities } = await authority.outputs();
    assert.deepEqual(
      Object.keys((registry as { readonly clusters: object }).clusters),
      clusters.map(({ name }) => name),
    );
    assert.match(JSON.stringify(authorities), /"signs":true/);
  });

  it("has members that are previewed with everything known", async () => {
    const run = watched(succeeded((await members[0]?.preview("--diff")) ?? assert.fail()));
    assert.ok(changes(run.steps).includes("create clustermesh-cluster1-peers"), run.text);
  });

  it("comes up side by side, every cluster with the same peers", async () => {
    await sideBySide(members, (stack) => stack.up());
    const secrets = await Promise.all(clusters.map((cluster) => secretFiles(cluster, PEERS)));
    const shared = secrets.map((files) =>
      Object.fromEntries(Object.entries(files).filter(([file]) => !file.startsWith("mesh.client."))),
    );
    assert.deepEqual(Object.keys(shared[0] ?? {}).sort(), [...clusters.map(({ name }) => name), "mesh.ca.crt"]);
    assert.deepEqual(
      shared,
      clusters.map(() => shared[0]),
    );
    const records = await Promise.all(
      clusters.map(
        async (cluster) =>
          (await cluster.run(["get", `secret/${PEERS}`, "-n", "kube-system", "-o", GENERATION])).stdout,
      ),
    );
    assert.deepEqual(
      new Set(records),
      new Set(['{"client":1,"server":1,"authorities":{"mesh.ca":{"signs":1,"trusts":[1]}}}']),
    );
  });

  it("has certificates of one CA: every cluster opens every other's etcd", async () => {
    await serveIssued(clusters);
    await assertOpens(clusters, await heldNow(clusters), "split");
  });

  it("has nothing to do in a second up of any stack", async () => {
    watched(succeeded(await authority.up("--expect-no-changes")));
    for (const run of await sideBySide(members, (stack) => stack.up("--expect-no-changes"))) {
      assert.deepEqual(changes(run.steps), []);
    }
  });

  it("refuses a clash in every stack", async () => {
    const [first, , third] = clusters;
    assert.ok(first && third);
    const clash = { [third.name]: { ...listed(third), id: first.id } };
    const line = /cluster "cluster3": id 101 is also used by cluster "cluster1"/;
    await authority.configure(authorityConfig(clusters, clash));
    await assertRefused([authority], line);
    await authority.configure(authorityConfig(clusters));
    // Nothing that is refused is published; a registry that has it all the same is of another day.
    const state = await authority.export();
    const { registry } = await authority.outputs();
    const { clusters: known, ...rest } = registry as { readonly clusters: Json };
    const outputs = {
      ...readState(state).outputsOf(`clustermesh-${AUTHORITY}`),
      registry: { ...rest, clusters: { ...known, ...clash } },
    };
    await authority.replaceState(withOutputs(state, `clustermesh-${AUTHORITY}`, outputs));
    await assertRefused(members, line);
    await authority.replaceState(state);
  });

  it("shows the CA's key in the clear nowhere, and no other", async () => {
    const { stateDir } = (await engine()).workstation;
    const keys = keysIn(JSON.parse(await authority.exportOpen()));
    assert.ok(keys.length > 0);
    const stacks = await Promise.all(
      [authority, ...members].map(async (stack) => [
        { place: `export of ${stack.name}`, content: await stack.export() },
        { place: `outputs of ${stack.name}`, content: JSON.stringify(await stack.outputs()) },
      ]),
    );
    const needles = keyNeedles("the CA", keys);
    assert.deepEqual(findLeaks(needles, [...seen, ...stacks.flat(), ...filesOf(stateDir)]), []);
    const open = { place: "a state in the open", content: await authority.exportOpen() };
    assert.ok(findLeaks(needles, [open]).length > 0, "it would be found");
  });

  it("lets go of a lost cluster without contacting it, and takes it up again", async () => {
    const [stay, [lost]] = [clusters.slice(0, 2), clusters.slice(2)];
    assert.ok(lost);
    await authority.configure(authorityConfig(clusters, { [lost.name]: { ...listed(lost), lost: true } }));
    watched(succeeded(await authority.up()));
    const before = await versions(lost);
    await sideBySide(members, (stack) => stack.up());
    assert.deepEqual(await versions(lost), before);
    for (const cluster of stay) {
      assert.ok(!(lost.name in (await secretFiles(cluster, PEERS))));
    }
    assert.ok("lost" in ((await members[2]?.outputs()) ?? {}));
    await authority.configure(authorityConfig(clusters));
    watched(succeeded(await authority.up()));
    await sideBySide(members, (stack) => stack.up());
    assert.ok(lost.name in (await secretFiles(stay[0] ?? lost, PEERS)));
  });

  it("lets a cluster leave: out of the registry, out of its peers, and given back by its stack's destroy", async () => {
    const [stay, [leaving]] = [clusters.slice(0, 2), clusters.slice(2)];
    const [others, [own]] = [members.slice(0, 2), members.slice(2)];
    assert.ok(leaving && own);
    await authority.configure(authorityConfig(stay));
    watched(succeeded(await authority.up()));
    await sideBySide(others, (stack) => stack.up());
    for (const cluster of stay) {
      assert.ok(!(leaving.name in (await secretFiles(cluster, PEERS))));
    }
    await assertRefused([own], /cluster "cluster3": configuration is not in the registry of stack .*pulumi destroy/);
    succeeded(await own.destroy());
    await leaving.ciliumEtcd.restart(leaving.ciliumEtcd.ownTls);
    assert.deepEqual(await snapshots([leaving]), untouched.slice(2));
  });

  it("goes in any order, members side by side, and leaves every cluster as it was found", async () => {
    succeeded(await authority.destroy());
    await Promise.all(members.slice(0, 2).map(async (stack) => succeeded(await stack.destroy())));
    await Promise.all(clusters.slice(0, 2).map(({ ciliumEtcd }) => ciliumEtcd.restart(ciliumEtcd.ownTls)));
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
