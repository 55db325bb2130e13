import assert from "node:assert/strict";
import { ownedPart } from "../../../../components/kubernetes/model/fieldSet";

describe("model: ownedPart", () => {
  it("is the fields that a set names, with the values that they have", () => {
    const live = { data: { a: "1", b: "2" }, immutable: false, kind: "ConfigMap" };
    assert.deepEqual(ownedPart(live, { "f:data": { "f:b": {} }, "f:immutable": {} }), {
      data: { b: "2" },
      immutable: false,
    });
  });

  it("leaves out what is gone", () => {
    assert.deepEqual(ownedPart({ data: { a: "1" } }, { "f:data": { "f:b": {} }, "f:binaryData": { "f:c": {} } }), {
      data: {},
    });
  });

  it("keeps a value as a whole where the set goes no further", () => {
    assert.deepEqual(
      ownedPart({ spec: { args: ["x", "y"], empty: {} } }, { "f:spec": { "f:args": {}, "f:empty": {} } }),
      {
        spec: { args: ["x", "y"], empty: {} },
      },
    );
  });

  it("takes a map's own mark for the map, and not for what others have put there", () => {
    assert.deepEqual(ownedPart({ data: { a: "1" } }, { "f:data": { ".": {} } }), { data: {} });
    assert.deepEqual(ownedPart({ data: { a: "1", b: "2" } }, { "f:data": { ".": {}, "f:a": {} } }), {
      data: { a: "1" },
    });
  });

  it("knows entries of a list by their keys, and of a set by their value", () => {
    const metadata = {
      ownerReferences: [
        { uid: "1", kind: "A", name: "a" },
        { uid: "2", kind: "B", name: "b" },
      ],
      finalizers: ["theirs", "ours"],
    };
    const fields = {
      "f:ownerReferences": { 'k:{"uid":"2"}': { ".": {}, "f:uid": {}, "f:kind": {} } },
      "f:finalizers": { 'v:"ours"': {} },
    };
    assert.deepEqual(ownedPart(metadata, fields), {
      ownerReferences: [{ uid: "2", kind: "B" }],
      finalizers: ["ours"],
    });
  });

  it("is nothing without a set, or without an object", () => {
    assert.equal(ownedPart({ data: {} }, undefined), undefined);
    assert.equal(ownedPart(undefined, { "f:data": {} }), undefined);
  });
});
