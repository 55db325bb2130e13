import assert from "node:assert/strict";
import { OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import { judgePolicies, parsePolicies } from "../../../../components/policyCheck/model/clusterPolicies";
import { parties, type MeshChange } from "../../../../components/policyCheck/model/meshChange";
import { policyEffects } from "../../../../components/policyCheck/model/policyEffects";
import { bySeverity } from "../../support/mesh/mesh";
import { asks, byName } from "../../support/policyCheck/selectors";

const LEAVING = { from: "west", to: "default", peers: ["east", "north"] };

const effects = (spec: object, change = LEAVING) =>
  policyEffects({ spec }, change).map(({ effect, opens }) => `${opens ? "opens" : "closes"}: ${effect}`);

describe("model: what happens to a policy when its cluster leaves", () => {
  it("is judged by ranges that are read once for all policies", () => {
    assert.equal(parties(LEAVING), parties(LEAVING));
  });

  it("opens where its subject is by the cluster's name", () => {
    assert.deepEqual(effects({ endpointSelector: byName("west") }), [
      "opens: selects no pod any more: its pods are open",
    ]);
    assert.deepEqual(effects({ nodeSelector: byName("west") }), [
      "opens: selects no node any more: its nodes are open",
    ]);
  });

  it("opens where it denies by a name, the cluster's own or a peer's", () => {
    assert.deepEqual(effects({ ingressDeny: [{ fromEndpoints: [byName("west")] }] }), [
      "opens: denies nobody of west any more",
    ]);
    assert.deepEqual(effects({ egressDeny: [{ toEndpoints: [asks("In", "west", "east")] }] }), [
      "opens: denies nobody the way to west any more",
      "opens: denies nobody the way to east any more",
    ]);
    assert.deepEqual(effects({ ingressDeny: [{ fromEndpoints: [asks("NotIn", "west")] }] }), [
      "opens: denies nobody of east, north any more",
      "closes: denies pods of its own cluster from then on",
    ]);
  });

  it("closes where it allows by a name", () => {
    assert.deepEqual(effects({ ingress: [{ fromEndpoints: [byName("west"), byName("east")] }] }), [
      "closes: lets nobody of west in any more",
      "closes: lets nobody of east in any more",
    ]);
    assert.deepEqual(effects({ egress: [{ toEndpoints: [byName("north")] }] }), [
      "closes: lets nobody out to north any more",
    ]);
  });

  it("opens where it begins to allow, and closes where it begins to select", () => {
    assert.deepEqual(effects({ ingress: [{ fromEndpoints: [asks("NotIn", "west", "east", "north")] }] }), [
      "opens: lets pods of its own cluster in from then on, and does not now",
    ]);
    assert.deepEqual(effects({ endpointSelector: byName("default") }), [
      "closes: selects pods from then on, and does not now",
    ]);
  });

  it("is nothing where a selector means the same under both names", () => {
    const both = asks("In", "default", "west");
    assert.deepEqual(effects({ endpointSelector: both, ingress: [{ fromEndpoints: [both] }] }), []);
    for (const selector of [byName("elsewhere"), asks("In", "elsewhere"), asks("DoesNotExist"), {}]) {
      const spec = { endpointSelector: selector, ingressDeny: [{ fromEndpoints: [selector] }] };
      assert.deepEqual(effects(spec), [], JSON.stringify(selector));
    }
  });

  it("is nothing where its subject is by a peer's name, for a policy is about its own cluster alone", () => {
    assert.deepEqual(effects({ endpointSelector: byName("east") }), []);
  });

  it("depends on the name that the cluster gets back", () => {
    const old = { ...LEAVING, to: "old" };
    assert.deepEqual(effects({ endpointSelector: asks("In", "old", "west") }, old), []);
    assert.equal(effects({ endpointSelector: asks("In", "default", "west") }, old).length, 1);
  });

  it("is told of every selector by its path, in all specs", () => {
    const rule = { endpointSelector: byName("west"), ingressDeny: [{}, { fromEndpoints: [{}, byName("west")] }] };
    assert.deepEqual(
      policyEffects({ specs: [{}, rule] }, LEAVING).map(({ path }) => path),
      ["specs[1].endpointSelector", "specs[1].ingressDeny[1].fromEndpoints[1]"],
    );
  });
});

describe("model: judgePolicies", () => {
  const spec = { endpointSelector: byName("west"), ingress: [{ fromEndpoints: [byName("east")] }] };
  const policy = (metadata: object) => ({ kind: "CiliumNetworkPolicy", metadata, spec });
  const judge = (...items: readonly object[]) =>
    judgePolicies("west", parsePolicies(JSON.stringify({ items })), LEAVING, "clustermesh/prod");

  it("tells what fails open from what fails closed, and says which policy, where, what and what to do", () => {
    const { problems: opening, warnings: told } = bySeverity(judge(policy({ name: "db", namespace: "shop" })));
    assert.deepEqual(opening.map(formatDiagnostic), [
      'cluster "west": CiliumNetworkPolicy shop/db spec.endpointSelector selects no pod any more: its pods are open; ' +
        "remove it, or have it mean the same under both names (In [default, west])",
    ]);
    assert.deepEqual(
      told.map(({ property, reason }) => `${property} ${reason}`),
      ["CiliumNetworkPolicy shop/db spec.ingress[0].fromEndpoints[0] lets nobody of east in any more"],
    );
  });

  it("names those without a namespace too", () => {
    const [problem] = bySeverity(judge(policy({ name: "all" }))).problems;
    assert.equal(problem?.property, "CiliumNetworkPolicy all spec.endpointSelector");
  });

  it("leaves out what goes with the stack, and only that", () => {
    const owned = (owner: string) =>
      bySeverity(judge(policy({ name: "x", annotations: { [OWNER_ANNOTATION]: owner } }))).problems;
    assert.deepEqual(owned("clustermesh/prod"), []);
    assert.equal(owned("clustermesh/other").length, 1);
  });

  it("reads the address groups that policies name, which are no policies themselves", () => {
    const group = {
      kind: "CiliumCIDRGroup",
      metadata: { name: "peers", labels: { a: "b" } },
      spec: { externalCIDRs: ["10.70.0.0/16"] },
    };
    const denies = (ref: object) => ({
      kind: "CiliumNetworkPolicy",
      metadata: { name: "x" },
      spec: { egressDeny: [{ toCIDRSet: [ref] }] },
    });
    const change = {
      ...{ from: "default", to: "west", peers: [], peersAfter: ["east"] },
      ranges: { east: { podCIDRs: ["10.70.0.0/16"], nodeCIDRs: ["10.2.0.0/24"] } },
    };
    const opening = (ref: object) => {
      const items = [group, denies(ref)];
      return bySeverity(judgePolicies("west", parsePolicies(JSON.stringify({ items })), change, "o")).problems.length;
    };
    assert.equal(opening({ cidrGroupRef: "peers" }), 1);
    assert.equal(opening({ cidrGroupRef: "peers", except: ["10.70.0.0/17"] }), 1);
    assert.equal(opening({ cidrGroupRef: "peers", except: ["10.70.0.0/16"] }), 0);
    assert.equal(opening({ cidrGroupRef: "others" }), 0);
    const selected = (operator: string, key: string, ...values: readonly string[]) =>
      opening({ cidrGroupSelector: { matchExpressions: [{ key, operator, values }] } });
    assert.equal(opening({ cidrGroupSelector: { matchLabels: { a: "b" } } }), 1);
    assert.equal(opening({ cidrGroupSelector: {} }), 1);
    assert.equal(opening({ cidrGroupSelector: { matchLabels: { a: "c" } } }), 0);
    assert.deepEqual([selected("In", "a", "b"), selected("In", "a", "c"), selected("In", "x", "b")], [1, 0, 0]);
    assert.deepEqual(
      [selected("NotIn", "a", "b"), selected("NotIn", "a", "c"), selected("NotIn", "x", "b")],
      [0, 1, 1],
    );
    assert.deepEqual([selected("Exists", "a"), selected("Exists", "x"), selected("DoesNotExist", "a")], [1, 0, 0]);
    assert.deepEqual([selected("DoesNotExist", "x"), selected("Future", "x")], [1, 1]);
  });

  it("says whose addresses are not known, where a policy has any", () => {
    const addresses = { kind: "NetworkPolicy", metadata: { name: "x" }, spec: { egress: [{ to: [{ ipBlock: {} }] }] } };
    const about = (ranges: MeshChange["ranges"], ...items: readonly object[]) => {
      const change = { ...LEAVING, ...(ranges === undefined ? {} : { ranges }) };
      return judgePolicies("west", parsePolicies(JSON.stringify({ items })), change, "o").map(formatDiagnostic);
    };
    const north = { north: { podCIDRs: ["10.80.0.0/16"], nodeCIDRs: [] } };
    assert.match(
      about(north, addresses).join("\n"),
      /^cluster "west": policies with addresses .* for east, whose ranges/,
    );
    assert.match(about(undefined, addresses).join("\n"), /for east, north, whose/);
    assert.deepEqual(about({ ...north, east: { podCIDRs: [], nodeCIDRs: ["10.2.0.0/24"] } }, addresses), []);
    assert.deepEqual(about(undefined, { ...addresses, spec: {} }), []);
  });

  it("names fifty, and counts the others", () => {
    const many = Array.from({ length: 60 }, (_, index) => policy({ name: `db-${index}`, namespace: "shop" }));
    const { problems: opening } = bySeverity(judge(...many));
    assert.equal(opening.length, 51);
    assert.match(formatDiagnostic(opening[50] ?? assert.fail()), /policies and 10 places more/);
  });

  it("takes anything that can be listed, with a spec of whatever kind or without one", () => {
    const metadata = { name: "x" };
    const items = [
      { kind: "PolicyReport", metadata, results: [] },
      { kind: "X", metadata, spec: "text" },
    ];
    assert.deepEqual(judge(...items), []);
  });
});
