import assert from "node:assert/strict";
import type { LiveNodeConfig } from "../../../../components/preflight/model/liveNetwork";
import { nodeConfigs } from "../../../../components/preflight/model/nodeConfigs";
import { bySeverity, heads, member } from "../../support/mesh/mesh";
import { daemonSetWith, found, POLICY, recorded, type LiveOptions } from "../../support/preflight/live";

const SELECTOR = '{"matchLabels":{"zone":"b"}}';
const KIND = "ciliumnodeconfigs.cilium.io";
const line = (what: string, rest: string) =>
  `cluster "cluster1": CiliumNodeConfig kube-system/zone-b ${what} (nodeSelector ${SELECTOR}) ${rest}`;

const config = (defaults: Readonly<Record<string, string>>, over: Partial<LiveNodeConfig> = {}): LiveNodeConfig => ({
  ...{ name: "zone-b", selector: SELECTOR, defaults },
  ...over,
});

function judge(configs: readonly LiveNodeConfig[], options: LiveOptions = {}) {
  const { network, ...rest } = options;
  const each = found(1, { network: { nodeConfigs: configs, ...network }, ...rest });
  const { problems, warnings, unseen } = bySeverity(nodeConfigs(each, [member(1), member(2)], POLICY));
  return { problems: heads(problems), warnings: heads(warnings), unseen };
}

const nothing = { problems: [], warnings: [], unseen: [] };
const problems = (defaults: Readonly<Record<string, string>>, options: LiveOptions = {}) =>
  judge([config(defaults)], options).problems;

/** The recorded agents, whose configuration an init container with these flags makes. */
function madeBy(...flags: readonly string[]): LiveOptions {
  const daemonSet = recorded("daemonset");
  const spec = daemonSet["spec"] as { readonly template: { readonly spec: object } };
  const initContainers = [{ name: "config", command: ["cilium-dbg", "build-config", ...flags] }];
  const template = { ...spec.template, spec: { ...spec.template.spec, initContainers } };
  return { daemonSet: { ...daemonSet, spec: { ...spec, template } } };
}

describe("preflight: settings of single nodes", () => {
  it("are nobody's business where they are none that a mesh depends on", () => {
    assert.deepEqual(judge([]), nothing);
    assert.deepEqual(judge([config({ debug: "true", "bpf-map-dynamic-size-ratio": "0.01" })]), nothing);
    assert.deepEqual(judge([config({ "routing-mode": "native", "enable-wireguard": "False" })]), nothing);
    assert.deepEqual(nodeConfigs(found(1), [member(1)], POLICY), []);
  });

  it("may not be another name or id, and are warned of where they are this one's", () => {
    assert.deepEqual(problems({ "cluster-name": "default", "cluster-id": "7" }), [
      line('cluster-name "default"', 'is not "cluster1", which the other agents get'),
      line('cluster-id "7"', 'is not "101", which the other agents get'),
    ]);
    const { problems: none, warnings } = judge([config({ "cluster-id": "101" })]);
    assert.deepEqual(
      [none, warnings],
      [[], [line('cluster-id "101"', "stays there when this cluster leaves the mesh")]],
    );
  });

  it("may not be others than all clusters share", () => {
    assert.deepEqual(problems({ "routing-mode": "tunnel", "enable-ipsec": "1" }), [
      line('routing-mode "tunnel"', 'differs from "native" of the other nodes'),
      line('enable-ipsec "true"', 'differs from "false" of the other nodes'),
    ]);
    const { warnings } = judge([config({ "cluster-health-port": "4241" })]);
    assert.deepEqual(warnings, [line('cluster-health-port "4241"', 'differs from "4240" of the other nodes')]);
    assert.deepEqual(problems({ "tunnel-port": "1" }), []);
    assert.equal(problems({ "tunnel-port": "1" }, { config: { "routing-mode": "tunnel" } }).length, 1);
  });

  it("may not be what no mesh can have", () => {
    assert.match(
      problems({ "identity-allocation-mode": "crd" }).join(),
      /zone-b identity-allocation-mode "crd" \(.*\) keeps this cluster's/,
    );
    assert.match(problems({ "enable-ztunnel": "T" }).join(), /zone-b enable-ztunnel "T" \(.*\) does not go with/);
    assert.deepEqual(problems({ "clustermesh-config": "/etc/mesh" }, { daemonSet: daemonSetWith({ env: [] }) }), [
      line('clustermesh-config "/etc/mesh"', "is not /var/lib/cilium/clustermesh, where peers' files refer to"),
    ]);
    assert.match(
      problems({ "ipv4-native-routing-cidr": "10.101.0.0/16" }).join(),
      /ipv4-native-routing-cidr "10.101.0.0\/16" \(.*\) does not cover podCIDR 10.102.0.0\/16 of cluster "cluster2"/,
    );
  });

  it("are warned of where agents may write to another etcd by them", () => {
    const { warnings } = judge([config({ "kvstore-opt": '{"etcd.address":"https://10.9.9.9:2379"}' })]);
    assert.deepEqual(warnings, [
      line('kvstore-opt "{\\"etcd.address\\":\\"https://10.9.9.9:2379\\"}"', "differs from that of the other nodes"),
    ]);
  });

  it("mean nothing where the agents' command line or environment says otherwise, or nobody is selected", () => {
    const daemonSet = daemonSetWith({ args: ["--routing-mode=native"] });
    assert.deepEqual(problems({ "routing-mode": "tunnel" }, { daemonSet }), []);
    assert.deepEqual(problems({ "clustermesh-config": "/etc/mesh" }), []);
    assert.deepEqual(judge([config({ "cluster-id": "7" }, { selector: "" })]), nothing);
    assert.match(
      judge([config({ "cluster-id": "7" }, { selector: "{}" })]).problems.join(),
      /nodeSelector {}, every node/,
    );
  });

  it("mean nothing where the agents' configuration is made without them", () => {
    const id = { "cluster-id": "7", "routing-mode": "tunnel" };
    assert.equal(problems(id, madeBy()).length, 2);
    assert.equal(problems(id, madeBy("--deny-config-keys=cluster-id,x")).length, 1);
    assert.equal(problems(id, madeBy("--allow-config-keys=cluster-id", "--deny-config-keys=cluster-id")).length, 1);
    assert.deepEqual(judge([config(id)], madeBy("--source=config-map:cilium-config")), nothing);
    assert.equal(problems(id, madeBy("--source=config-map:cilium-config,cilium-node-config:kube-system")).length, 2);
  });

  it("that could not be read are said, and which", () => {
    const said = (options: LiveOptions) =>
      bySeverity(nodeConfigs(found(1, options), [member(1)], POLICY)).unseen.map(({ what, why }) => `${what}: ${why}`);
    const what = "settings of single nodes";
    assert.deepEqual(said({ network: { unread: { [KIND]: "reading it is forbidden" } } }), [
      `${what}: ${KIND}: reading it is forbidden`,
    ]);
    assert.deepEqual(said({ network: { unread: { [KIND]: "this cluster has no such kind" } } }), []);
    assert.deepEqual(said({ network: { nodeConfigs: [{ name: "odd", selector: "{}" }] } }), [
      `${what}: CiliumNodeConfig kube-system/odd is of another form`,
    ]);
    assert.deepEqual(
      said({ network: {}, ...madeBy("--source=config-map:cilium-config,cilium-node-config:other,node:") }),
      [`${what}: agents take them from cilium-node-config:other, node:, too`],
    );
  });
});
