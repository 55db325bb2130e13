import assert from "node:assert/strict";
import { changingPods } from "../../../components/cilium/model/podIdentity";

const endpoint = (pod: string, state: string | null) => ({
  status: { state, identity: { id: 300 }, "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": pod } },
});

describe("model: pods whose endpoints are being changed", () => {
  it("are those that are not ready, and no others", () => {
    const all = [
      endpoint("done", "ready"),
      endpoint("waits", "waiting-to-regenerate"),
      endpoint("restored", "restoring"),
    ];
    assert.deepEqual(
      changingPods(JSON.stringify([...all, endpoint("untold", null), { status: { state: "restoring" } }])),
      ["waits", "restored", "untold"].map((pod) => ({ namespace: "shop", pod })),
    );
    assert.deepEqual(changingPods("null"), []);
  });
});
