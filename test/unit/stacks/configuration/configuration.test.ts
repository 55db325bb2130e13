import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDiagnostics } from "../../../../components/mesh/model/diagnostic";
import { DEFAULT_SETTINGS } from "../../../../components";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { hostile } from "../../support/mesh/arbitraries";
import { lines } from "../../support/mesh/mesh";
import { clusterConfiguration, clusters, complaints, configuration, texts } from "../../support/stacks/configuration";

/** What is said of a key that the schema does not know. */
const unknown = (meant?: string) =>
  `is no property known here; ${meant === undefined ? "check its spelling" : `write ${meant} if that is meant`}, or remove it`;

describe("stacks: readConfiguration", () => {
  it("reads clusters, and has defaults for the rest", () => {
    const read = configuration();
    assert.deepEqual(read.clusters, clusters());
    assert.deepEqual(
      [read.authority, read.maxConnectedClusters, read.wait, read.allow, read.demo],
      ["generated", 255, { preflight: 30, rollout: 600, check: 300 }, [], false],
    );
  });

  it("reads texts as they are, even where they look like JSON", () => {
    const read = configuration({ peerSecret: "123", owner: "null" });
    assert.deepEqual([read.peerSecret, read.owner], ["123", "null"]);
    assert.equal(configuration({ authority: "adopted" }).authority, "adopted");
  });

  it("reads numbers, booleans and objects as Pulumi keeps them", () => {
    const read = configuration({
      maxConnectedClusters: 511,
      requireExternalPeers: true,
      cilium: { operator: false },
      allow: ["unreachable", "unreachable"],
    });
    assert.deepEqual(
      [read.maxConnectedClusters, read.requireExternalPeers, read.allow.includes("unreachable")],
      [511, true, true],
    );
    assert.deepEqual(read.cilium, { ...DEFAULT_SETTINGS.cilium, operator: false });
  });

  it("has the default of each setting of a group that is not given", () => {
    const read = configuration({ wait: { check: false }, certificates: { leafDays: 90 }, keyRevisions: { client: 2 } });
    assert.deepEqual(read.wait, { ...DEFAULT_SETTINGS.wait, check: false });
    assert.deepEqual(read.certificates, { ...DEFAULT_SETTINGS.certificates, leafDays: 90 });
    assert.deepEqual(read.keyRevisions, { ...DEFAULT_SETTINGS.keyRevisions, client: 2 });
  });
});

describe("stacks: unknown properties", () => {
  it("are named at every level", () => {
    const ca = { certificate: "c", privateKey: "k", key: "k" };
    const values = {
      clusters: {
        cluster1: { ...clusterConfiguration(1, { podCidrs: [] }), etcd: { endpoints: [], hostalias: {}, ca } },
        cluster2: clusterConfiguration(2),
      },
      cilium: { daemonset: "cilium" },
      ca,
      autority: "generated",
    };
    assert.deepEqual([...complaints(values)].sort(), [
      `cluster "cluster1": etcd.ca.key ${unknown("privateKey")}`,
      `cluster "cluster1": etcd.hostalias ${unknown("hostAliases")}`,
      `cluster "cluster1": podCidrs ${unknown("podCIDRs")}`,
      `mesh: clustermesh:autority ${unknown("authority")}`,
      `mesh: clustermesh:ca.key ${unknown("privateKey")}`,
      `mesh: clustermesh:cilium.daemonset ${unknown("daemonSet")}`,
    ]);
  });

  it("are named in the demo too", () => {
    assert.deepEqual(complaints({ clusters: clusters(), demo: { clustres: ["cluster1"] } }), [
      `mesh: clustermesh:demo.clustres ${unknown("clusters")}`,
    ]);
  });

  for (const key of ["toString", "constructor", "__proto__"]) {
    it(`may be called ${key}`, () => {
      const values = JSON.parse(`{"${key}":"x"}`) as Record<string, unknown>;
      assert.deepEqual(complaints({ clusters: clusters(), ...values }), [`mesh: clustermesh:${key} ${unknown()}`]);
    });
  }
});

describe("stacks: missing and ill-typed properties", () => {
  it("of a cluster are named, all of them", () => {
    assert.deepEqual(complaints({ clusters: { cluster1: {}, cluster2: { ...clusterConfiguration(2), id: "102" } } }), [
      'cluster "cluster1": id is missing; give a number',
      'cluster "cluster2": id "102" is not allowed; give a number, without quotes',
    ]);
  });

  it("are named by their place", () => {
    const values = { clusters: clusters({ etcd: { endpoints: ["https://a:1", 2379] }, podCIDRs: "10.0.0.0/8" }) };
    assert.deepEqual(complaints(values), [
      'cluster "cluster1": etcd.endpoints[1] 2379 is not allowed; give a string',
      'cluster "cluster1": podCIDRs "10.0.0.0/8" is not allowed; give an array',
    ]);
  });

  it("may be the clusters themselves, or one that is empty", () => {
    assert.deepEqual(complaints({}), [
      "mesh: clustermesh:clusters is missing; list at least two, such as west: { id: 1, context: west }",
    ]);
    assert.deepEqual(complaints({ clusters: { cluster1: null, cluster2: clusterConfiguration(2) } }), [
      'cluster "cluster1": configuration null is not allowed; give an object',
    ]);
  });

  const settings: Readonly<Record<string, readonly [unknown, string]>> = {
    authority: ["signed", '"signed" is not allowed; use one of generated, adopted'],
    maxConnectedClusters: [128, "128 is not allowed; use one of 255, 511"],
    requireExternalPeers: ["yes", '"yes" is not allowed; give a boolean'],
    allow: ["openPolicies", '"openPolicies" is not allowed; give an array'],
    keyRevisions: [2, "2 is not allowed; give an object"],
    demo: ["on", '"on" is not allowed; use one of true, false, or an object'],
  };
  for (const [key, [value, line]] of Object.entries(settings)) {
    it(`may be ${key}`, () => {
      assert.deepEqual(complaints({ clusters: clusters(), [key]: value }), [`mesh: clustermesh:${key} ${line}`]);
    });
  }

  const inGroups: Readonly<Record<string, readonly [object, string]>> = {
    "certificates.keyAlgorithm": [
      { certificates: { keyAlgorithm: "RSA1024" } },
      '"RSA1024" is not allowed; use one of P256, RSA2048, RSA4096',
    ],
    "certificates.leafDays": [{ certificates: { leafDays: 0 } }, "0 is not allowed; use at least 1"],
    "certificates.authorityDays": [{ certificates: { authorityDays: 0.5 } }, "0.5 is not allowed; give a whole number"],
    "wait.rollout": [{ wait: { rollout: 0 } }, "0 is not allowed; use at least 1"],
    "wait.preflight": [{ wait: { preflight: 1e6 } }, "1000000 is not allowed; use at most 86400"],
    "wait.check": [{ wait: { check: true } }, "true is not allowed; use one of a number, or false"],
    "allow[1]": [
      { allow: ["openPolicies", "conflicts"] },
      '"conflicts" is not allowed; use one of adoptSecret, overwriteConflicts, openPolicies, policyInterruptions, restartStalePods, unreachable, sharedSubnets',
    ],
  };
  for (const [at, [values, line]] of Object.entries(inGroups)) {
    it(`may be ${at}`, () => {
      assert.deepEqual(complaints({ clusters: clusters(), ...values }), [`mesh: clustermesh:${at} ${line}`]);
    });
  }

  it("may be names that no object can have", () => {
    assert.deepEqual(complaints({ clusters: clusters(), peerSecret: "My Secret" }), [
      'mesh: clustermesh:peerSecret "My Secret" is not allowed; correct it: is no name of a Kubernetes object',
    ]);
    assert.equal(complaints({ clusters: clusters(), cilium: { operator: true } }).length, 1);
  });

  it("may be settings of the demo", () => {
    assert.deepEqual(
      complaints({
        clusters: clusters(),
        demo: { clusters: [1, "cluster2"], image: "a\nb", nodeSelectors: [] },
      }),
      [
        "mesh: clustermesh:demo.clusters[0] 1 is not allowed; give a string",
        'mesh: clustermesh:demo.image "a\\nb" is not allowed; correct it: has control characters in it',
        "mesh: clustermesh:demo.nodeSelectors is a list; give an object",
      ],
    );
  });
});

describe("stacks: secrets in a configuration", () => {
  const SECRET = "s3cr3t-0f-th3-mesh";
  const shown = (values: Readonly<Record<string, unknown>>) => {
    const all = complaints(values);
    assert.ok(all.length > 0);
    return all.join("\n");
  };
  const misplaced: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "a kubeconfig that is an object": { clusters: clusters({ kubeconfig: { token: SECRET } }) },
    "a kubeconfig in a list of clusters": { clusters: [{ name: "cluster1", kubeconfig: SECRET }] },
    "a kubeconfig in place of a cluster": { clusters: { cluster1: SECRET } },
    "clusters that are no JSON": { clusters: `cluster1:\n  kubeconfig: ${SECRET}` },
    "a CA that is a text": { clusters: clusters(), authority: "adopted", ca: SECRET },
    "a CA that is a list": { clusters: clusters({ etcd: { endpoints: [], ca: [SECRET] } }) },
    "a CA in place of the etcd": { clusters: clusters({ etcd: [{ ca: { privateKey: SECRET } }] }) },
    "a key that is a number of texts": { clusters: clusters(), ca: { certificate: "c", privateKey: [SECRET] } },
    "a key under a name that is not known": { clusters: clusters({ kubeConfig: SECRET }) },
    "a key in the endpoints": { clusters: clusters({ etcd: { endpoints: { privateKey: SECRET } } }) },
  };
  for (const [what, values] of Object.entries(misplaced)) {
    it(`never show up in a message: ${what}`, () => {
      assert.ok(!shown(values).includes(SECRET), shown(values));
    });
  }
});

describe("stacks: what is left of a configuration", () => {
  const read = (values: Readonly<Record<string, unknown>>) => readConfiguration(texts(values));

  it("is all but the clusters that cannot be read", () => {
    const { readable, unreadableClusters } = read({ clusters: clusters({ id: "x" }), peerSecret: "peers" });
    assert.deepEqual(Object.keys(readable?.clusters ?? {}), ["cluster2"]);
    assert.deepEqual(unreadableClusters, ["cluster1"]);
    assert.equal(readable?.peerSecret, "peers");
  });

  it("is a cluster without its unknown properties", () => {
    const { readable, unreadableClusters, problems } = read({ clusters: clusters({ ids: 1 }) });
    assert.equal(problems.length, 1);
    assert.deepEqual(readable?.clusters, clusters());
    assert.deepEqual(unreadableClusters, []);
  });

  it("has the default of a setting that cannot be read", () => {
    assert.equal(read({ clusters: clusters(), requireExternalPeers: "yes" }).readable?.requireExternalPeers, false);
    const cilium = { namespace: 5 };
    assert.deepEqual(read({ clusters: clusters(), cilium }).readable?.cilium, DEFAULT_SETTINGS.cilium);
  });

  it("says which clusters are left out, whatever they are called", () => {
    const { unreadableClusters } = read({ clusters: { ...clusters(), toString: {}, constructor: {} } });
    assert.deepEqual(unreadableClusters, ["toString", "constructor"]);
  });

  it("has no key __proto__, which is a problem wherever it is", () => {
    const own = (value: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`) as object;
    const etcd = { endpoints: ["https://10.1.1.1:2379"], hostAliases: own(["10.1.1.1"]) };
    const { problems, readable } = read({
      clusters: { ...clusters({ etcd }), ...own(clusterConfiguration(3)) },
      demo: { nodeSelectors: own({}) },
    });
    assert.deepEqual(lines(problems), [
      `cluster "cluster1": etcd.hostAliases.__proto__ ${unknown()}`,
      `cluster "__proto__": configuration ${unknown()}`,
      `mesh: clustermesh:demo.nodeSelectors.__proto__ ${unknown()}`,
    ]);
    assert.deepEqual(Object.keys(readable?.clusters ?? {}), ["cluster1", "cluster2"]);
  });

  it("is nothing without clusters", () => {
    assert.equal(read({}).readable, undefined);
    assert.equal(read({ clusters: 5 }).readable, undefined);
  });

  it("is read without a crash, whatever the texts", () => {
    const json = fc.json({ maxDepth: 3 });
    const keys = fc.oneof(fc.constantFrom("clusters", "demo", "ca", "cilium", "wait", "authority"), hostile);
    const cluster = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(clusterConfiguration(1)));
    const some = fc.dictionary(hostile, cluster, { maxKeys: 3 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(json, hostile), { maxKeys: 4 }), some, (values, named) => {
        const { problems } = readConfiguration({ ...values, clusters: named });
        assert.equal(formatDiagnostics("x", problems).split("\n").length, problems.length + 1);
        readConfiguration(values);
      }),
    );
  });
});
