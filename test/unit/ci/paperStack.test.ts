import assert from "node:assert/strict";
import { parse } from "yaml";
import { paperStack } from "../../../ci/paperStack";
import { previewMode } from "../../../ci/previewMode";

describe("previewMode", () => {
  const withToken = { PULUMI_ACCESS_TOKEN: "pul-0" };

  it("is the state where the job has access to it", () => {
    assert.deepEqual(previewMode("staging", withToken), { kind: "state" });
    assert.deepEqual(previewMode("staging", { PULUMI_BACKEND_URL: "s3://state" }), { kind: "state" });
  });

  it("is paper for the lab's stack, and without credentials, which may be set to nothing", () => {
    assert.equal(previewMode("local", withToken).kind, "paper");
    assert.equal(previewMode("staging", {}).kind, "paper");
    assert.equal(previewMode("staging", { PULUMI_ACCESS_TOKEN: "", PULUMI_BACKEND_URL: "" }).kind, "paper");
  });
});

describe("paperStack", () => {
  it("switches the live checks off and keeps the rest", () => {
    const paper = paperStack(
      "config:\n  clustermesh:authority: generated\n  clustermesh:wait: { preflight: 60, check: 30 }\n",
    );
    assert.equal(paper.kind, "ready");
    assert.deepEqual(parse(paper.text), {
      config: { "clustermesh:authority": "generated", "clustermesh:wait": { preflight: false, check: 30 } },
    });
  });

  it("needs neither a kubeconfig nor the stack's secrets provider", () => {
    const paper = paperStack(
      "encryptionsalt: v1:salt\nconfig:\n  clustermesh:clusters:\n    c1: { id: 1, kubeconfig: { secure: v1:x } }\n    c2: { id: 2, context: two }\n",
    );
    assert.equal(paper.kind, "ready");
    assert.deepEqual(parse(paper.text), {
      config: {
        "clustermesh:clusters": { c1: { id: 1, context: "c1" }, c2: { id: 2, context: "two" } },
        "clustermesh:wait": { preflight: false },
      },
    });
  });

  it("leaves an authority stack, which asks no cluster, as it is", () => {
    const paper = paperStack("config:\n  clustermesh:role: authority\n");
    assert.ok(paper.kind === "ready");
    assert.ok(!paper.text.includes("wait"));
  });

  it("names the stack that a cluster stack reads, and that no paper has", () => {
    const text = "config:\n  clustermesh:role: cluster\n  clustermesh:authorityStack: organization/clustermesh/all\n";
    assert.deepEqual(paperStack(text), { kind: "cluster", of: "organization/clustermesh/all" });
  });

  it("names what is encrypted and cannot be done without", () => {
    const ca = "{ certificate: x, privateKey: { secure: v1:x } }";
    assert.deepEqual(
      paperStack(`config:\n  clustermesh:ca: ${ca}\n  clustermesh:clusters:\n    c1: { etcd: { ca: ${ca} } }\n`),
      { kind: "encrypted", keys: ["clustermesh:ca.privateKey", "clustermesh:clusters.c1.etcd.ca.privateKey"] },
    );
  });

  it("takes an empty file for a stack without configuration", () => {
    assert.equal(paperStack("").kind, "ready");
  });
});
