import assert from "node:assert/strict";
import { foreignIn } from "../../../../components/cluster/model/namespaceContents";
import { hasCaches, planRemoval, removalSteps } from "../../../../components/cluster/model/removal";
import type { LiveObject } from "../../../../components/kubernetes/model/liveObject";
import type { ManagedObject } from "../../../../components/kubernetes/model/managedObject";
import { driftOf } from "../../../../components/kubernetes/model/secretDrift";
import { managers } from "../../support/preflight/live";

const OWNER = "o/p/s@1";

function secret(data: readonly string[], annotations: Readonly<Record<string, string>>, own: readonly string[] = []) {
  const managedFields = managers({
    "cilium-clustermesh": own,
    "kubectl-edit": data.filter((key) => !own.includes(key)),
  });
  const metadata = { name: "s", uid: "1", generation: 0, annotations, managedFields };
  return { kind: "Secret", metadata, data: Object.fromEntries(data.map((key) => [key, ""])) } as LiveObject;
}

const ours = (keys = "") => ({ "cilium-clustermesh/owner": OWNER, "cilium-clustermesh/keys": keys });

describe("model: what is done about an object that is to go", () => {
  it("is nothing where it is another stack's, or bears no mark: that is said", () => {
    const why = (annotations: Readonly<Record<string, string>>) => {
      const plan = planRemoval(secret(["a"], annotations, ["a"]), OWNER, { wasThere: false });
      return plan.kind === "leave" ? plan.why : assert.fail(plan.kind);
    };
    assert.equal(why({ "cilium-clustermesh/owner": "o/p/other@1" }), 'it belongs to stack "o/p/other@1"');
    assert.match(why({}), /^it has no mark of this stack, and was made by/);
  });

  it("is its deletion where all of it is ours, edited by hand or not", () => {
    assert.deepEqual(planRemoval(secret(["a"], ours()), OWNER), { kind: "delete" });
    const edited = secret(["a", "b"], ours("a,b"), ["b"]);
    assert.deepEqual(planRemoval(edited, OWNER, { wasThere: false }), { kind: "delete" });
  });

  it("is that of our keys alone where others have some, or it was there before", () => {
    const mixed = secret(["a", "b", "theirs"], ours("a"), ["b"]);
    assert.deepEqual(planRemoval(mixed, OWNER, { wasThere: false }), {
      kind: "strip",
      keys: ["a", "b"],
      kept: ["theirs"],
    });
    const adopted = secret(["a"], ours("a"), ["a"]);
    assert.deepEqual(planRemoval(adopted, OWNER, { wasThere: true }), { kind: "strip", keys: ["a"], kept: [] });
  });
});

describe("model: the order in which objects go", () => {
  const [caches, peers, other] = ["cilium-kvstoremesh", "cilium-clustermesh", "etcd"].map((name) => {
    return { resource: "secrets", name, namespace: "kube-system" };
  }) as [ManagedObject, ManagedObject, ManagedObject];

  it("has what KVStoreMesh knows of peers after what the agents do, and nothing else apart", () => {
    for (const all of [
      [caches, peers, other],
      [other, peers, caches],
    ]) {
      const { first, caches: last } = removalSteps(all, "cilium-clustermesh");
      assert.deepEqual([first, last], [all.filter((each) => each !== caches), [caches]]);
    }
    assert.deepEqual(removalSteps([peers, other], "cilium-clustermesh"), { first: [peers, other], caches: [] });
    assert.deepEqual(removalSteps([caches, other], "cilium-clustermesh"), { first: [caches, other], caches: [] });
    assert.deepEqual([hasCaches([peers, other]), hasCaches([peers, caches])], [false, true]);
  });
});

describe("model: a Secret that is not as it was written", () => {
  it("has keys that another manager has written, or lacks some, or its mark", () => {
    assert.equal(driftOf(["a", "b"], ["a", "b"], OWNER), undefined);
    assert.equal(driftOf(["a", "b"], ["a"], OWNER), "was changed since it was written: b");
    assert.match(driftOf(["a"], ["a"], undefined) ?? "", /lost the annotation/);
    assert.match(driftOf("a b c d e f g".split(" "), [], OWNER) ?? "", /: a, b, c, d, e, …$/);
  });
});

describe("model: what is in a namespace that is to go", () => {
  it("is another's, unless every namespace has it, a controller made it, or this stack", () => {
    const rows = [
      "ConfigMap\tkube-root-ca.crt\t\t",
      "ServiceAccount\tdefault\t\t",
      "Pod\temployee-0\tStatefulSet\t",
      "Event\tx\t\t",
      `StatefulSet\temployee\t\t${OWNER}`,
      "StatefulSet\tother\t\to/p/other@1",
      "ConfigMap\tguest\t\t",
      "",
    ].join("\n");
    assert.deepEqual(foreignIn(rows, OWNER), ["StatefulSet/other", "ConfigMap/guest"]);
  });
});
