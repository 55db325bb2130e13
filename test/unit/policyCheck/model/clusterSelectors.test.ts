import assert from "node:assert/strict";
import { clusterSelectors } from "../../../../components/policyCheck/model/clusterSelectors";
import type { Whom } from "../../../../components/policyCheck/model/meshChange";
import { byName, CLUSTER_LABEL as LABEL } from "../../support/policyCheck/selectors";

const expression = (operator: string, values?: readonly string[], key = LABEL) => ({
  matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
});

describe("model: clusterSelectors", () => {
  it("says where each is, and what it is for", () => {
    const spec = {
      endpointSelector: byName("a"),
      ingress: [{ toPorts: [] }, { fromEndpoints: [{ matchLabels: { app: "x" } }, byName("a")] }],
      egress: [{ toEndpoints: [byName("b")] }],
      ingressDeny: [{ fromEndpoints: [byName("c")] }],
      egressDeny: [{ toNodes: [byName("d")] }],
    };
    const found = clusterSelectors({ spec, specs: [{ nodeSelector: byName("e") }] });
    assert.deepEqual(
      found.map(({ path, place }) => [path, place]),
      [
        ["spec.endpointSelector", { kind: "subject" }],
        ["spec.ingress[1].fromEndpoints[0]", { kind: "allow", direction: "in" }],
        ["spec.ingress[1].fromEndpoints[1]", { kind: "allow", direction: "in" }],
        ["spec.egress[0].toEndpoints[0]", { kind: "allow", direction: "out" }],
        ["spec.ingressDeny[0].fromEndpoints[0]", { kind: "deny", direction: "in" }],
        ["spec.egressDeny[0].toNodes[0]", { kind: "deny", direction: "out" }],
        ["specs[0].nodeSelector", { kind: "subject" }],
      ],
    );
  });

  it("finds those of other makers' policies, and rules that say themselves that they deny", () => {
    const kubernetes = { podSelector: {}, ingress: [{ from: [{ podSelector: byName("a") }] }] };
    const admin = {
      subject: { pods: { podSelector: byName("a") } },
      ingress: [
        { action: "Deny", from: [{ pods: { podSelector: byName("a") } }] },
        { action: "Pass", from: [{ pods: { podSelector: byName("a") } }] },
      ],
    };
    const egressGateway = { selectors: [{ podSelector: byName("a") }] };
    const found = [kubernetes, admin, egressGateway].flatMap((spec) => clusterSelectors({ spec }));
    assert.deepEqual(
      found.map(({ path, place }) => `${place.kind} ${path}`),
      [
        "allow spec.ingress[0].from[0].podSelector",
        "subject spec.subject.pods.podSelector",
        "deny spec.ingress[0].from[0].pods.podSelector",
        "allow spec.ingress[1].from[0].pods.podSelector",
        "subject spec.selectors[0].podSelector",
      ],
    );
  });

  const local = { name: "a", localByDefault: true, nodesByCIDR: false };
  const pod = (cluster: string): Whom => ({ kind: "pod", cluster });
  const matching = (selector: object, place: "subject" | "rule" = "rule") => {
    const spec = place === "rule" ? { ingress: [{ fromEndpoints: [selector] }] } : { endpointSelector: selector };
    const [found] = clusterSelectors({ spec });
    return ["default", "a", "b"].filter((name) => found?.matches(pod(name), local));
  };

  it("knows the label in every spelling, and in a plain map of labels", () => {
    for (const key of [LABEL, `k8s:${LABEL}`, `any:${LABEL}`, `k8s.${LABEL}`]) {
      for (const selector of [{ matchLabels: { [key]: "b" } }, expression("In", ["b"], key), { [key]: "b" }]) {
        assert.deepEqual(matching(selector), ["b"], JSON.stringify(selector));
        assert.deepEqual(matching(selector, "subject"), ["b"], JSON.stringify(selector));
      }
    }
  });

  it("takes the name of another source for another label, which no pod has", () => {
    for (const key of [`reserved:${LABEL}`, `$${LABEL}`]) {
      assert.deepEqual(matching({ matchLabels: { [key]: "b" } }), [], key);
      assert.deepEqual(matching(expression("DoesNotExist", undefined, key)), ["default", "a", "b"], key);
      assert.deepEqual(clusterSelectors({ spec: { endpointSelector: { matchLabels: { [key]: "a" } } } }), [], key);
    }
    assert.deepEqual(matching({ matchLabels: { [`container:${LABEL}`]: "b" } }), ["a"]);
  });

  it("evaluates every operator, and takes all requirements together", () => {
    for (const place of ["rule", "subject"] as const) {
      const found = (selector: object) => matching(selector, place);
      assert.deepEqual(found(byName("a")), ["a"]);
      assert.deepEqual(found(expression("In", ["default", "a"])), ["default", "a"]);
      assert.deepEqual(found(expression("NotIn", ["a"])), ["default", "b"]);
      assert.deepEqual(found(expression("Exists")), ["default", "a", "b"]);
      assert.deepEqual(found(expression("DoesNotExist")), []);
      assert.deepEqual(found(expression("Gt", ["1"])), ["default", "a", "b"], "an operator of the future");
      assert.deepEqual(found({ ...expression("NotIn", ["b"]), ...byName("a") }), ["a"]);
      assert.deepEqual(found({ ...expression("NotIn", ["a"]), ...byName("a") }), []);
    }
  });

  it("finds none in what is no policy, or is not as one expects", () => {
    for (const policy of [{}, { spec: null }, { spec: [byName] }, { spec: "x", specs: 7 }]) {
      assert.deepEqual(clusterSelectors(policy), []);
    }
    assert.deepEqual(clusterSelectors({ spec: { matchExpressions: [null, { key: 1 }], matchLabels: ["x"] } }), []);
  });
});
