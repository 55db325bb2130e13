import assert from "node:assert/strict";
import { rangesOfText, rangesText } from "../../../../components/policyCheck/model/rangesText";

describe("ranges as text", () => {
  const RANGES = {
    west: { podCIDRs: ["10.1.0.0/16", "fd00:1::/64"], nodeCIDRs: ["192.168.1.0/24"] },
    "east-2.example": { podCIDRs: ["10.2.0.0/16"], nodeCIDRs: [] },
    none: { podCIDRs: [], nodeCIDRs: [] },
  };

  it("names each cluster with its pods' and its nodes' CIDRs", () => {
    assert.equal(rangesText(RANGES), "west 10.1.0.0/16,fd00:1::/64 192.168.1.0/24;east-2.example 10.2.0.0/16 ;none  ");
  });

  it("is read as it was written", () => {
    assert.deepEqual(rangesOfText(rangesText(RANGES)), RANGES);
    assert.deepEqual(rangesOfText(rangesText({})), {});
  });
});
