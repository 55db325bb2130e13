import assert from "node:assert/strict";
import { validateDescription } from "../../../../components";
import { toEnvironment } from "../../../../stacks/program/environment";
import { mintCA, NOW } from "../../support/certificates/ca";
import { lines } from "../../support/mesh/mesh";
import { clusterConfiguration, clusters, configuration } from "../../support/stacks/configuration";

const problems = (values: Readonly<Record<string, unknown>>) => {
  const read = configuration(values);
  return lines(validateDescription(read, Object.keys(read.clusters), NOW));
};

describe("stacks: toEnvironment", () => {
  it("looks after every cluster of a whole mesh, and signs with a CA of its own", () => {
    const { managed, authority } = toEnvironment(configuration());
    assert.deepEqual([managed, authority], [["cluster1", "cluster2"], { kind: "generated" }]);
  });

  it("marks with the owner that is given, or with the stack's name and its backend", () => {
    assert.equal(toEnvironment(configuration({ owner: "mine" })).owner, "mine");
    assert.match(toEnvironment(configuration()).owner, /@[0-9a-f]{8}$/);
  });
});

describe("stacks: access", () => {
  it("is a context or a kubeconfig", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ clusters: clusters({ context: undefined, kubeconfig: "x" }) }), []);
  });

  it("is needed no more where the cluster is lost, nor is its CA", async () => {
    const three = (first: object, second: object) => ({
      ...clusters(first),
      cluster2: second,
      cluster3: clusterConfiguration(3, { etcd: { endpoints: ["https://10.1.3.1:2379"], ca } }),
    });
    const ca = await mintCA();
    const lost = { lost: true, context: undefined };
    assert.deepEqual(problems({ clusters: clusters(lost) }), []);
    assert.equal(configuration({ clusters: clusters(lost) }).clusters["cluster1"]?.lost, true);
    const second = clusterConfiguration(2, { etcd: { endpoints: ["https://10.1.2.1:2379"], ca } });
    assert.deepEqual(problems({ authority: "adopted", clusters: three(lost, second) }), []);
    assert.equal(problems({ authority: "adopted", clusters: three({}, second) }).length, 1);
  });

  it("is neither none nor both", () => {
    const rule = "give either context or kubeconfig (a secret)";
    assert.deepEqual(problems({ clusters: clusters({ context: undefined }) }), [
      `cluster "cluster1": context is missing; ${rule}`,
    ]);
    assert.deepEqual(problems({ clusters: clusters({ kubeconfig: "x" }) }), [
      `cluster "cluster1": context and kubeconfig are both given; ${rule}`,
    ]);
  });
});
