import assert from "node:assert/strict";
import { warnings } from "../../../../components/mesh/model/diagnostic";
import { rolloutChecksum } from "../../../../components/cilium/model/agentConfig";
import { MARK_ANNOTATION, markText } from "../../../../components/identity/model/mark";
import { configDrift } from "../../../../components/preflight/model/configDrift";
import { liveApiserver } from "../../../../components/apiserver/model/liveApiserver";
import { parseList } from "../../../../components/kubernetes/model/liveObject";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import { testCA } from "../../support/apiserver/certificates";
import { chartObjects, secretObject } from "../../support/apiserver/chartObjects";
import type { LiveCluster, ReachableCluster } from "../../../../components/preflight/model/liveCluster";
import { lines, member } from "../../support/mesh/mesh";
import { liveCluster, managers, POLICY, recorded } from "../../support/preflight/live";
import { recordOf } from "../../support/record";

const SET = { "cluster-name": "cluster1", "cluster-id": "101" };
const managedFields = managers({ helm: ["cluster-name"], "cilium-clustermesh": [] });

const CHECKSUM = rolloutChecksum(SET);

function seen(
  config: Readonly<Record<string, string | undefined>>,
  metadata: object = { managedFields },
  rolled: Readonly<Record<string, string>> = {},
  { cluster = member(1), ...more }: { cluster?: Cluster } & Pick<ReachableCluster, "apiserver"> = {},
) {
  const { uid } = recorded("configmap").metadata as { readonly uid: string };
  const marked = { [MARK_ANNOTATION]: markText(recordOf({ configMap: uid }), POLICY.owner) };
  const configMetadata = { resourceVersion: "77", annotations: marked, ...metadata };
  const annotations = { "daemonset/cilium": CHECKSUM, "deployment/cilium-operator": CHECKSUM, ...rolled };
  const rollOuts = Object.fromEntries(
    Object.entries(annotations).map(([workload, annotation]) => [workload, { annotation, generation: 3 }]),
  );
  const live: LiveCluster = { ...liveCluster({ config, configMetadata }), rollouts: rollOuts, ...more };
  return configDrift([cluster], new Map([["cluster1", live]]), POLICY);
}

describe("model: certificates of a clustermesh-apiserver that this program has named", () => {
  const NAMED = { admin: "admin-cluster1", local: "local-cluster1" };

  async function drift(over: Partial<Cluster>, names: Partial<typeof NAMED>, version = "7") {
    const all = { ...NAMED, ...names };
    const ca = await testCA();
    const files = async (commonName: string) => ({ "tls.crt": await ca.sign({ commonName }) });
    const secrets = [
      secretObject("clustermesh-apiserver-admin-cert", await files(all.admin)),
      secretObject("clustermesh-apiserver-local-cert", await files(all.local)),
    ].map((each) => ({ ...each, metadata: { ...each.metadata, resourceVersion: version } }));
    const { deployment } = await chartObjects();
    const apiserver = liveApiserver(parseList(JSON.stringify({ items: [deployment, ...secrets] })));
    assert.ok(apiserver);
    const cluster = member(1, { publishes: "apiserver", ...over });
    return seen(SET, undefined, {}, { cluster, apiserver });
  }

  it("are seen where they are for another name again, by each write to them", async () => {
    const { changes, diagnostics } = await drift({}, { admin: "admin-default" });
    assert.deepEqual(changes, { cluster1: "certificates 7 7" });
    assert.match(
      lines(warnings(diagnostics))[0] ?? "",
      /Secret kube-system\/clustermesh-apiserver-admin-cert "admin-default" has not the CN admin-cluster1 any more/,
    );
    assert.deepEqual((await drift({}, { admin: "admin-default" }, "8")).changes, { cluster1: "certificates 8 8" });
    const cached = await drift({ reads: "cached" }, { local: "local-default" });
    assert.match(lines(cached.diagnostics)[0] ?? "", /local-cert "local-default" has not/);
  });

  it("are no matter where all is as it was, nobody reads the cache, or Helm has named the cluster", async () => {
    const none = { changes: {}, diagnostics: [] };
    assert.deepEqual(await drift({ reads: "cached" }, {}), none);
    assert.deepEqual(await drift({}, { local: "local-default" }), none);
    assert.deepEqual(await drift({ identity: "asInstalled" }, { admin: "admin-default" }), none);
  });
});

describe("model: name and id that were changed since they were set", () => {
  it("are seen by the mark of our field manager, with what tells this change from the next", () => {
    const { changes, diagnostics } = seen({ ...SET, "cluster-name": "default" });
    assert.deepEqual(changes, { cluster1: "cilium-config 77" });
    assert.match(
      lines(warnings(diagnostics))[0] ?? "",
      /^cluster "cluster1": cilium-config cluster-name "default" was changed since it was set to "cluster1"; pulumi up/,
    );
  });

  it("are for an error to tell where they are as installed: nothing sets them again", () => {
    const ofInstaller = member(1, { publishes: "apiserver", identity: "asInstalled" });
    assert.deepEqual(seen({ ...SET, "cluster-name": "default" }, undefined, {}, { cluster: ofInstaller }).changes, {});
  });

  it("are seen where they were removed", () => {
    assert.deepEqual(Object.keys(seen({ ...SET, "cluster-id": undefined }).changes), ["cluster1"]);
  });

  it("are none where they are as they were set, or were never set by us", () => {
    const none = { changes: {}, diagnostics: [] };
    assert.deepEqual(seen(SET), none);
    assert.deepEqual(seen({}, { annotations: {} }), none);
    assert.deepEqual(seen({}, { annotations: {} }, { "daemonset/cilium": "" }), none);
  });

  it("are seen in agents and an operator that were not rolled with them", () => {
    const { changes, diagnostics } = seen(SET, undefined, {
      "daemonset/cilium": "",
      "deployment/cilium-operator": "leaving",
    });
    assert.deepEqual(changes, { cluster1: "daemonset/cilium 3, deployment/cilium-operator 3" });
    const [agents, operator] = lines(warnings(diagnostics));
    assert.match(
      agents ?? "",
      /^cluster "cluster1": daemonset\/cilium cilium-clustermesh\/config "" is not "[0-9a-f]{16}": .*; pulumi up/,
    );
    assert.match(operator ?? "", /operator cilium-clustermesh\/config "leaving" is not/);
  });

  it("are seen where their mark was removed, or is of another object", () => {
    const other = { [MARK_ANNOTATION]: markText(recordOf(), POLICY.owner) };
    for (const [annotations, line] of [
      [{}, /annotation cilium-clustermesh\/originals was removed; pulumi up writes it again/],
      [other, /annotation cilium-clustermesh\/originals is of another object \(uid 2\)/],
    ] as const) {
      const { changes, diagnostics } = seen(SET, { managedFields, annotations });
      assert.deepEqual(changes, { cluster1: "mark 77" });
      assert.match(lines(warnings(diagnostics)).join("\n"), line);
    }
  });

  it("are not looked for in a cluster that does not answer", () => {
    const silent: LiveCluster = { kind: "unreachable", cause: "network", reason: "refused" };
    const { changes } = configDrift([member(1)], new Map([["cluster1", silent]]), POLICY);
    assert.deepEqual(changes, {});
  });
});
