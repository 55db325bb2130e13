import assert from "node:assert/strict";
import { policyReading } from "../../../../components/policyCheck/model/policyReading";

describe("model: how agents read policies", () => {
  const local = (config: Readonly<Record<string, string>>, image: string) =>
    policyReading(config, image).localByDefault;

  it("is what cilium-config says", () => {
    for (const value of ["true", "1", "T"]) {
      assert.equal(local({ "policy-default-local-cluster": value }, "cilium:v1.17.1"), true);
    }
    assert.equal(local({ "policy-default-local-cluster": "false" }, "cilium:v1.20.2"), false);
  });

  it("is otherwise a matter of the agents' version, and that of older ones where it cannot be told", () => {
    for (const image of ["quay.io/cilium/cilium:v1.19.0", "r:5000/c:v1.20.2@sha256:00", "c:1.19.1-rc.0", "c:v2.0.0"]) {
      assert.equal(local({}, image), true, image);
    }
    for (const image of ["quay.io/cilium/cilium:v1.18.4", "c:latest", "r:5000/c@sha256:00", ""]) {
      assert.equal(local({}, image), false, image);
    }
  });

  it("knows what CIDRs find", () => {
    const finds = (mode: string) => policyReading({ "policy-cidr-match-mode": mode }, "").nodesByCIDR;
    assert.deepEqual(["nodes", "pods nodes", "pods,nodes", "pods", ""].map(finds), [true, true, true, false, false]);
    assert.equal(policyReading({}, "").nodesByCIDR, false);
  });
});
