import assert from "node:assert/strict";
import { parseCheckResult, type CheckResult } from "../../../components/model/checkResult";

describe("model: parseCheckResult", () => {
  const row = { cluster: "a", agent: "p", node: "n", peer: "b", ready: true, nodes: 1, identities: 1, why: "" };

  it("reads what the check prints", () => {
    const result: CheckResult = {
      readiness: [row],
      paths: [{ cluster: "a", kind: "notProbed", reason: "off" }],
      stalePods: [],
    };
    assert.deepEqual(parseCheckResult(JSON.stringify(result)), result);
  });

  it("reads the table alone, which states of earlier versions have", () => {
    assert.deepEqual(parseCheckResult(JSON.stringify([row])), { readiness: [row], paths: [], stalePods: [] });
  });
});
