import assert from "node:assert/strict";
import {
  appliedEntry,
  appliedPart,
  dataOwners,
  fieldOwners,
  type ManagedFieldsEntry,
} from "../../../../components/kubernetes/model/managedFields";
import { managers } from "../../support/preflight/live";

describe("model: appliedEntry", () => {
  const entry = (manager: string, operation: string, time: string) => ({ manager, operation, time });

  it("is the manager's apply, and nothing else", () => {
    const entries = [
      entry("helm", "Apply", "1"),
      entry("cilium-clustermesh", "Update", "2"),
      entry("cilium-clustermesh", "Apply", "3"),
      entry("kubectl", "Update", "4"),
    ];
    assert.equal(appliedEntry(entries, "cilium-clustermesh")?.time, "3");
  });

  it("is absent where the manager has applied nothing, or nothing is there yet", () => {
    assert.equal(appliedEntry([entry("cilium-clustermesh", "Update", "2")], "cilium-clustermesh"), undefined);
    assert.equal(appliedEntry<ManagedFieldsEntry>([], "cilium-clustermesh"), undefined);
  });
});

describe("model: dataOwners", () => {
  it("are the managers of a key, in the API server's order", () => {
    const fields = managers({ helm: ["cluster-id", "cluster-name"], "kubectl-patch": ["cluster-id"], other: [] });
    assert.deepEqual(dataOwners(fields, "cluster-id"), ["helm", "kubectl-patch"]);
    assert.deepEqual(dataOwners(fields, "ipam"), []);
  });

  it("are two where one has it by both ways", () => {
    const fieldsV1 = { "f:data": { "f:k": {} } };
    const fields = (["Apply", "Update"] as const).map((operation) => ({ manager: "helm", operation, fieldsV1 }));
    assert.deepEqual(
      fieldOwners(fields, "k"),
      fields.map(({ manager, operation }) => ({ manager, operation })),
    );
  });

  it("are none in entries without fields or without a manager", () => {
    assert.deepEqual(dataOwners([{ manager: "a" }, { fieldsV1: { "f:data": { "f:k": {} } } }], "k"), []);
  });
});

describe("model: appliedPart", () => {
  const object = { metadata: { name: "x", labels: { a: "1", b: "2" } }, data: { k: "0", other: "1" } };
  const entry = (manager: string, operation: string, fieldsV1: object): ManagedFieldsEntry => ({
    manager,
    operation,
    fieldsV1,
  });
  const fields = [
    entry("helm", "Update", { "f:data": { "f:k": {} } }),
    entry("helm", "Apply", { "f:metadata": { "f:labels": { "f:a": {} } }, "f:data": { "f:other": {} } }),
  ];

  it("is what somebody has applied, and not what he has updated", () => {
    assert.deepEqual(appliedPart(object, fields, "helm"), { metadata: { labels: { a: "1" } }, data: { other: "1" } });
  });

  it("is nothing of somebody who has applied nothing, or nothing any more", () => {
    assert.deepEqual(appliedPart(object, fields, "argocd"), {});
  });
});
