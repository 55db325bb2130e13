import assert from "node:assert/strict";
import { clusterSelectors } from "../../../components/model/clusterSelectors";

const LABEL = "io.cilium.k8s.policy.cluster";
const byName = (name: string) => ({ matchLabels: { [LABEL]: name } });
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
      found.map(({ path, place, names }) => [path, place, names]),
      [
        ["spec.endpointSelector", { kind: "subject" }, ["a"]],
        ["spec.ingress[1].fromEndpoints[1]", { kind: "allow", direction: "in" }, ["a"]],
        ["spec.egress[0].toEndpoints[0]", { kind: "allow", direction: "out" }, ["b"]],
        ["spec.ingressDeny[0].fromEndpoints[0]", { kind: "deny", direction: "in" }, ["c"]],
        ["spec.egressDeny[0].toNodes[0]", { kind: "deny", direction: "out" }, ["d"]],
        ["specs[0].nodeSelector", { kind: "subject" }, ["e"]],
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

  it("knows the label in every spelling, and in a plain map of labels", () => {
    for (const key of [LABEL, `k8s:${LABEL}`, `any:${LABEL}`, `k8s.${LABEL}`]) {
      const spec = {
        ingress: [{ fromEndpoints: [{ matchLabels: { [key]: "a" } }, expression("In", ["a"], key), { [key]: "a" }] }],
      };
      assert.equal(clusterSelectors({ spec }).length, 3, key);
    }
    const other = `reserved:${LABEL}`;
    assert.deepEqual(clusterSelectors({ spec: { endpointSelector: { matchLabels: { [other]: "a" } } } }), []);
  });

  it("evaluates every operator, and takes all requirements together", () => {
    const matching = (selector: object) => {
      const [found] = clusterSelectors({ spec: { endpointSelector: selector } });
      return ["default", "a", "b"].filter((name) => found?.matches(name));
    };
    assert.deepEqual(matching(byName("a")), ["a"]);
    assert.deepEqual(matching(expression("In", ["default", "a"])), ["default", "a"]);
    assert.deepEqual(matching(expression("NotIn", ["a"])), ["default", "b"]);
    assert.deepEqual(matching(expression("Exists")), ["default", "a", "b"]);
    assert.deepEqual(matching(expression("DoesNotExist")), []);
    assert.deepEqual(matching(expression("Gt", ["1"])), ["default", "a", "b"], "an operator of the future");
    assert.deepEqual(matching({ ...expression("NotIn", ["b"]), ...byName("a") }), ["a"]);
    assert.deepEqual(matching({ ...expression("NotIn", ["a"]), ...byName("a") }), []);
  });

  it("finds none in what is no policy, or is not as one expects", () => {
    for (const policy of [{}, { spec: null }, { spec: [byName] }, { spec: "x", specs: 7 }]) {
      assert.deepEqual(clusterSelectors(policy), []);
    }
    assert.deepEqual(clusterSelectors({ spec: { matchExpressions: [null, { key: 1 }], matchLabels: ["x"] } }), []);
  });
});
