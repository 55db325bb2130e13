import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ClusterMesh, MeshPlan, preflight, type ClusterMeshArgs } from "../../../components";
import { originalConfigCommand } from "../../../components/cluster/clusterCommands";
import { knownMesh } from "../../../components/knownDescription";
import type { EtcdInputs } from "../../../components/mesh/etcd";
import { warnings } from "../../../components/mesh/model/diagnostic";
import { describedMesh, planMesh } from "../../../components/meshPlan";
import { clusterSpec, lines } from "../support/mesh/mesh";
import { run } from "../support/pulumiMocks";

const ENDPOINT = "https://etcd.west.example:2379";
const ADDRESS = "10.1.1.7";
const PLAIN = {
  endpoints: [ENDPOINT, "https://10.1.1.8:2379"],
  hostAliases: { "etcd.west.example": [ADDRESS] },
  adminEndpoints: ["https://127.0.0.1:2379"],
};

/** A mesh of two, the first of which has this etcd. */
const args = (etcd: EtcdInputs, settings: Partial<ClusterMeshArgs> = {}): ClusterMeshArgs => ({
  owner: "clustermesh/test",
  etcdUsers: "manage",
  ...settings,
  clusters: {
    cluster1: { ...clusterSpec(1), context: "one", etcd },
    cluster2: { ...clusterSpec(2), context: "two" },
  },
});

/** What a resource has that is still to be made. */
const made = (text = ENDPOINT) =>
  new command.local.Command("load-balancer", { create: "make" }).stdout.apply(() => text);

/** What is registered, by name. */
async function registered(etcd: () => EtcdInputs) {
  const { resources } = await run(() => new ClusterMesh("mesh", args(etcd())));
  return new Map(resources.map(({ name, type, inputs }) => [`${type} ${name}`, inputs]));
}

/** With what a mesh with these endpoints is refused once they are known; the settings are checked as they are written down. */
async function refusedLater(etcd: () => EtcdInputs, second?: EtcdInputs): Promise<string> {
  const { result } = await run(() => {
    const { clusters, ...rest } = args(etcd());
    const { cluster2 } = clusters;
    assert.ok(cluster2);
    const both = { ...clusters, cluster2: { ...cluster2, ...(second === undefined ? {} : { etcd: second }) } };
    return planMesh({ ...rest, clusters: both })
      .checkOutputs()
      ?.catch(String);
  }, second !== undefined);
  return String(result);
}

describe("components: an etcd whose endpoints are outputs", () => {
  const forms: Readonly<Record<string, () => EtcdInputs>> = {
    "whole lists": () => ({
      endpoints: pulumi.output(PLAIN.endpoints),
      hostAliases: pulumi.output(PLAIN.hostAliases),
      adminEndpoints: Promise.resolve(PLAIN.adminEndpoints),
    }),
    "single texts": () => ({
      endpoints: PLAIN.endpoints.map((url) => pulumi.output(url)),
      hostAliases: { "etcd.west.example": [pulumi.output(ADDRESS)] },
      adminEndpoints: PLAIN.adminEndpoints.map((url) => Promise.resolve(url)),
    }),
  };
  for (const [form, etcd] of Object.entries(forms)) {
    it(`has the resources that it would have with plain ones: ${form}`, async () => {
      assert.deepEqual(await registered(etcd), await registered(() => PLAIN));
    });
  }

  it("is checked once they are known, together with all that was plain", async () => {
    const wrong: readonly (readonly [() => EtcdInputs, RegExp])[] = [
      [() => ({ endpoints: [made("http://10.1.1.7:2379")] }), /cluster1": etcd\.endpoints\[0\] .*is not an https URL/],
      [() => ({ endpoints: made("x").apply(() => []) }), /cluster1": etcd\.endpoints \[\] is empty/],
      [() => ({ endpoints: [made("https://10.1.2.1:2379")] }), /is also an endpoint of cluster "cluster1"/],
      [() => ({ endpoints: [ENDPOINT], hostAliases: { other: [made(ADDRESS)] } }), /is the host of no endpoint/],
      [() => ({ endpoints: made(ENDPOINT) as never }), /cluster1": etcd\.endpoints .*is not allowed; give an array/],
      [
        () => ({ endpoints: ["http://x"], adminEndpoints: made("").apply(() => undefined) as never }),
        /is not an https URL/,
      ],
    ];
    for (const [etcd, expected] of wrong) {
      assert.match(await refusedLater(etcd), expected);
    }
    assert.equal(await refusedLater(() => ({ endpoints: [made()] })), "true");
  });

  it("is refused where it is a secret, for messages show endpoints", async () => {
    const said = await refusedLater(() => ({ endpoints: [pulumi.secret("https://hunter2:2379")] }));
    assert.match(said, /cluster "cluster1": etcd is a secret, and messages show endpoints/);
    assert.ok(!said.includes("hunter2"));
  });

  it("is checked at once where all of it is plain, and not again", () => {
    assert.throws(() => planMesh(args({ endpoints: [] })), /etcd\.endpoints \[\] is empty/);
    assert.equal(planMesh(args(PLAIN)).checkOutputs(), undefined);
  });

  it("is checked where it is known, though that of another cluster is not", async () => {
    const wrong = { endpoints: [pulumi.output("http://10.1.1.7:2379")] };
    assert.match(
      await refusedLater(() => ({ endpoints: [made()] }), wrong),
      /cluster2": etcd\.endpoints\[0\] .*is not an https/,
    );
  });

  it("is refused together with that of another cluster, where neither is one", async () => {
    const none = () => ({ endpoints: pulumi.output(ENDPOINT) as never });
    const said = await refusedLater(none, none());
    assert.match(said, /cluster1": etcd\.endpoints .*is not allowed; give an array/);
    assert.match(said, /cluster2": etcd\.endpoints .*is not allowed; give an array/);
  });

  it("is checked at once where what is left out is undefined", () => {
    const etcd = { endpoints: ["http://x"], hostAliases: undefined, adminEndpoints: undefined };
    assert.throws(() => planMesh(args(etcd as never)), /etcd\.endpoints\[0\] "http:\/\/x" is not an https URL/);
  });

  it("does not keep the rest from being checked at once", async () => {
    const { result } = await run(() => {
      const { description } = describedMesh(args({ endpoints: [made()] }));
      const twice = { ...description.clusters, cluster3: { ...clusterSpec(2), context: "three" } };
      return MeshPlan.check({ ...description, clusters: twice }, ["cluster1"], new Date()).problems;
    });
    assert.ok(lines(result).some((line) => line.startsWith('cluster "cluster3": id 102 is also used')));
    assert.ok(!lines(result).some((line) => line.includes("cluster1")));
  });

  it("is waited for by the first step on every cluster", async () => {
    const first = async (checked: () => Promise<unknown>) => {
      const { resources } = await run(() => {
        const [cluster] = planMesh(args(PLAIN)).managed;
        assert.ok(cluster);
        originalConfigCommand("mesh-west", { ...cluster, checked: checked() }, {});
      });
      return resources.find(({ name }) => name === "mesh-west-original-config")?.inputs["environment"];
    };
    assert.notEqual(await first(() => Promise.resolve(true)), undefined);
    assert.equal(await first(() => Promise.reject(new Error("refused"))), undefined);
  });

  it("is read by the preflight where it is known, and named where it is not", async () => {
    const look = async (etcd: () => EtcdInputs, preview: boolean) => {
      const { result } = await run(async () => {
        const given = args(etcd(), { wait: { preflight: false } });
        const { value } = await knownMesh(describedMesh(given).description);
        return { etcd: value.clusters["cluster1"]?.etcd, said: lines(warnings((await preflight(given)).diagnostics)) };
      }, preview);
      return result;
    };
    for (const etcd of [...Object.values(forms), () => PLAIN]) {
      assert.deepEqual(await look(etcd, true), { etcd: PLAIN, said: [] });
    }
    assert.deepEqual((await look(() => ({ endpoints: [made()] }), false)).etcd, { endpoints: [ENDPOINT] });
    const { etcd, said } = await look(() => ({ endpoints: [made()] }), true);
    assert.deepEqual(etcd, { endpoints: [] });
    assert.deepEqual(said, [
      'cluster "cluster1": etcd is not known yet, so its endpoints are not judged here; up knows it and looks',
    ]);
  });
});
