import assert from "node:assert/strict";
import { labelSelector } from "../../../../components/cilium/model/labelSelector";

const read = (selector: unknown) => labelSelector.safeParse(selector).data;

describe("cilium: the label selector of a workload", () => {
  it("has its labels and its expressions, as kubectl takes them", () => {
    const matchLabels = { "k8s-app": "cilium", "app.kubernetes.io/part-of": "cilium", empty: "" };
    assert.equal(read({ matchLabels }), "k8s-app=cilium,app.kubernetes.io/part-of=cilium,empty=");
    const matchExpressions = [
      { key: "tier", operator: "In", values: ["a", "b"] },
      { key: "tier", operator: "NotIn", values: ["c"] },
      { key: "agent", operator: "Exists", values: null },
      { key: "example.com/old", operator: "DoesNotExist" },
    ];
    assert.equal(
      read({ matchLabels: { a: "b" }, matchExpressions }),
      "a=b,tier in (a,b),tier notin (c),agent,!example.com/old",
    );
  });

  it("is refused where it is empty, for it would select every pod", () => {
    for (const empty of [{}, { matchLabels: {} }, { matchLabels: null, matchExpressions: [] }]) {
      assert.match(labelSelector.safeParse(empty).error?.message ?? "", /is empty, and would select every pod/);
    }
  });

  it("is refused where a key or a value is none: it could be read as another requirement", () => {
    const hostile = [
      "a,b",
      "a=b",
      "!a",
      "-l",
      "--all",
      "a b",
      "a)",
      "$(touch x)",
      "a\n",
      "/a",
      "a/",
      "a/b/c",
      "é",
      "a".repeat(64),
    ];
    for (const text of hostile) {
      assert.equal(read({ matchLabels: { [text]: "v" } }), undefined, text);
      assert.equal(read({ matchLabels: { k: text } }), undefined, text);
      assert.equal(read({ matchExpressions: [{ key: text, operator: "Exists" }] }), undefined, text);
      assert.equal(read({ matchExpressions: [{ key: "k", operator: "In", values: [text] }] }), undefined, text);
    }
    assert.equal(read({ matchLabels: { "": "v" } }), undefined);
  });

  it("is refused where an expression says nothing", () => {
    for (const over of [{ operator: "In", values: [] }, { operator: "NotIn" }, { operator: "Gt", values: ["1"] }, {}]) {
      assert.equal(read({ matchExpressions: [{ key: "k", ...over }] }), undefined);
    }
  });
});
