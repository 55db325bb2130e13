import assert from "node:assert/strict";
import { markProblem, markText, seeMark, type SeenMark } from "../../../../components/identity/model/mark";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { recordOf } from "../../support/record";

const OWNER = "organization/clustermesh/test@1";
const TEXT = markText(recordOf(), OWNER);
const problemOf = (seen: SeenMark, isKnown?: boolean) =>
  markProblem(seen, DEFAULT_SETTINGS.cilium, "kubectl --context west", isKnown);

describe("model: the mark of cilium-config", () => {
  it("is read by the stack that wrote it, from the object that it was written for", () => {
    const seen = seeMark(TEXT, "2", OWNER);
    assert.ok(seen.kind === "ours");
    assert.deepEqual(seen.mark.originals, recordOf().config);
    assert.deepEqual(seen.mark.set, recordOf().set);
  });

  it("says whether the Secret of KVStoreMesh was there, where agents read a cache", () => {
    const seen = seeMark(markText(recordOf({ kvstoremeshSecret: "present" }), OWNER), "2", OWNER);
    assert.ok(seen.kind === "ours");
    assert.equal(seen.mark.kvstoremeshSecret, "present");
    assert.doesNotMatch(TEXT, /kvstoremesh/);
  });

  it("has no key but ours, whatever names an object has by itself", () => {
    const seen = seeMark(TEXT.replace('"originals":{', '"originals":{"__proto__":{"kind":"absent"},'), "2", OWNER);
    assert.ok(seen.kind === "ours");
    assert.deepEqual(Object.keys(seen.mark.originals), ["cluster-name", "cluster-id"]);
  });

  it("means nothing where there is none, or where it is of another object, whatever its owner", () => {
    assert.deepEqual(seeMark(undefined, "2", OWNER), { kind: "none" });
    for (const owner of [OWNER, "another"]) {
      assert.deepEqual(seeMark(TEXT, "3", owner), { kind: "otherObject", uid: "2" });
    }
    assert.equal(problemOf({ kind: "none" }), undefined);
    assert.equal(problemOf({ kind: "otherObject", uid: "2" }), undefined);
  });

  it("of another stack is refused, with its name", () => {
    const seen = seeMark(TEXT, "2", "another");
    assert.deepEqual(seen, { kind: "otherOwner", owner: OWNER });
    const problem = problemOf(seen);
    assert.equal(problem?.value, OWNER);
    assert.match(problem.fix, /pulumi config set clustermesh:owner 'organization\/clustermesh\/test@1'$/);
  });

  it("is damaged where it is anything else, and then refused unless the state knows what was in it", () => {
    const record = JSON.parse(TEXT) as { readonly originals: object };
    const value = { kind: "value", value: "x", managers: [] };
    for (const text of [
      "",
      "{}",
      "null",
      TEXT.slice(0, -1),
      JSON.stringify({ ...record, owner: "" }),
      JSON.stringify({ ...record, originals: { ...record.originals, "enable-policy": value } }),
      JSON.stringify({ ...record, owner: "x".repeat(20_000) }),
    ]) {
      const seen = seeMark(text, "2", OWNER);
      assert.deepEqual(seen, { kind: "damaged" }, text.slice(0, 80));
      const problem = problemOf(seen);
      assert.match(problem?.reason ?? "", /cannot be read/);
      assert.match(problem?.fix ?? "", /kubectl --context west -n kube-system annotate configmap cilium-config \S+-$/);
      assert.equal(problemOf(seen, true), undefined);
    }
  });
});
