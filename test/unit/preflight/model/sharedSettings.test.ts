import assert from "node:assert/strict";
import { lastIPsecKey } from "../../../../components/preflight/model/ipsecKey";
import { sharedSettings } from "../../../../components/preflight/model/sharedSettings";
import { bySeverity, heads, lines } from "../../support/mesh/mesh";
import { daemonSetWith, found, type LiveOptions } from "../../support/preflight/live";

type Config = NonNullable<LiveOptions["config"]>;

describe("preflight: settings that all clusters share", () => {
  const judged = (configs: readonly Config[]) =>
    sharedSettings(configs.map((config, index) => found(index + 1, { config })));
  /** Problems of clusters with these settings, in their order. */
  const differing = (...configs: readonly Config[]) => heads(bySeverity(judged(configs)).problems);

  it("are the same in clusters that were installed alike", () => {
    assert.deepEqual(differing({}, {}, {}), []);
  });

  const values: Readonly<Record<string, readonly [string, string]>> = {
    "max-connected-clusters": ["255", "511"],
    "routing-mode": ["native", "tunnel"],
    "enable-wireguard": ["false", "true"],
    "enable-ipsec": ["false", "true"],
  };
  for (const [key, [common, other]] of Object.entries(values)) {
    it(`${key} that differs is told for each cluster that is not like most`, () => {
      assert.deepEqual(differing({ [key]: other }, { [key]: common }, { [key]: common }), [
        `cluster "cluster1": live ${key} "${other}" differs from "${common}" of cluster "cluster2"`,
      ]);
    });
  }

  it("tunnel-protocol matters where anything is tunnelled, and only there", () => {
    const tunnel = { "routing-mode": "tunnel" };
    assert.deepEqual(differing({ ...tunnel }, { ...tunnel, "tunnel-protocol": "geneve" }), [
      'cluster "cluster2": live tunnel-protocol "geneve" differs from "vxlan" of cluster "cluster1"',
    ]);
    assert.deepEqual(differing({}, { "tunnel-protocol": "geneve" }), []);
  });

  it("have Cilium's defaults where they are missing", () => {
    assert.deepEqual(
      differing({ "max-connected-clusters": undefined, "routing-mode": undefined }, { "routing-mode": "tunnel" }),
      [],
    );
    assert.deepEqual(differing({ "tunnel-protocol": undefined, "enable-wireguard": undefined }, {}), []);
  });

  it("say nothing of a cluster whose ConfigMap is missing", () => {
    assert.deepEqual(bySeverity(sharedSettings([found(1), found(2, { without: ["configmap"] })])).problems, []);
  });

  it("give the reason why they are shared", () => {
    assert.match(
      lines(bySeverity(judged([{}, { "enable-ipsec": "true" }])).problems).join(),
      /drops packets that it cannot decrypt; install/,
    );
  });

  const tunnel = { "routing-mode": "tunnel" };

  it("tunnel-port is told where anything is tunnelled, with its default by protocol", () => {
    assert.deepEqual(differing({ ...tunnel, "tunnel-port": "8423" }, tunnel, tunnel), [
      'cluster "cluster1": live tunnel-port "8423" differs from "8472" of cluster "cluster2"',
    ]);
    assert.deepEqual(differing({ ...tunnel, "tunnel-port": "8472" }, { ...tunnel, "tunnel-port": "0" }), []);
    assert.deepEqual(differing({ "tunnel-port": "8423" }, {}), []);
    assert.equal(differing({ ...tunnel, "tunnel-protocol": "constructor" }, tunnel).length, 1);
    const geneve = { ...tunnel, "tunnel-protocol": "geneve" };
    assert.deepEqual(differing(geneve, { ...geneve, "tunnel-port": "6081" }), []);
  });

  it("tunnel-port is not told of a cluster whose tunnel-protocol is another already", () => {
    assert.deepEqual(differing(tunnel, tunnel, { ...tunnel, "tunnel-protocol": "geneve" }), [
      'cluster "cluster3": live tunnel-protocol "geneve" differs from "vxlan" of cluster "cluster1"',
    ]);
  });

  it("are compared by what they mean, and as the agents get them: the command line comes before the environment, and both before the ConfigMap", () => {
    assert.deepEqual(differing({ "enable-wireguard": "1" }, { "enable-wireguard": "True" }), []);
    const args = ["--config-dir=/tmp", "--tunnel-port", "8423", "--enable-ipsec"];
    const env = [
      { name: "CILIUM_TUNNEL_PORT", value: "1" },
      { name: "CILIUM_ENABLE_WIREGUARD", value: "true" },
    ];
    const other = found(3, { config: tunnel, daemonSet: daemonSetWith({ args, env }) });
    const said = lines(
      bySeverity(sharedSettings([found(1, { config: tunnel }), found(2, { config: tunnel }), other])).problems,
    );
    assert.deepEqual(
      said.map((line) => line.split(" differs")[0]),
      [
        'cluster "cluster3": live tunnel-port "8423"',
        'cluster "cluster3": live enable-wireguard "true"',
        'cluster "cluster3": live enable-ipsec "true"',
      ],
    );
  });

  it("that come from an object that was not read are not said to be the same", () => {
    const env = [{ name: "CILIUM_TUNNEL_PORT", valueFrom: { configMapKeyRef: { name: "other", key: "port" } } }];
    const envFrom = [{ configMapRef: { name: "cilium-env" } }, { secretRef: { name: "keys" } }];
    const { unseen } = bySeverity(sharedSettings([found(1, { daemonSet: daemonSetWith({ env, envFrom }) })]));
    assert.deepEqual(unseen, [
      { cluster: "cluster1", what: "tunnel-port", why: "the DaemonSet takes it from another object" },
      {
        cluster: "cluster1",
        what: "settings in the agents' environment",
        why: "the DaemonSet takes it from ConfigMap cilium-env, Secret keys",
      },
    ]);
  });

  it("that hurt, and do not break a mesh, are warned of", () => {
    const warnings = (...configs: readonly Config[]) =>
      bySeverity(judged(configs)).warnings.map(({ cluster, property }) => `${cluster ?? ""} ${property}`);
    const encrypted = { "enable-wireguard": "true" };
    assert.deepEqual(warnings({ ...encrypted, "encrypt-node": "true" }, encrypted), ["cluster2 live encrypt-node"]);
    assert.deepEqual(warnings({ "encrypt-node": "true" }, {}), []);
    assert.deepEqual(warnings({ "auto-direct-node-routes": "false" }, {}), ["cluster2 live auto-direct-node-routes"]);
    assert.deepEqual(warnings({ "bpf-lb-mode": "dsr" }, {}), ["cluster2 live bpf-lb-mode"]);
    assert.deepEqual(warnings({ "cluster-health-port": "4241" }, {}), ["cluster2 live cluster-health-port"]);
    const v6 = { ...tunnel, "enable-ipv6": "true", "underlay-protocol": "ipv6" };
    assert.deepEqual(warnings(tunnel, v6), ["cluster2 live underlay-protocol"]);
  });

  it("of direct server return are its dispatch, and the port of the tunnel that Geneve makes for it", () => {
    const warnings = (...configs: readonly Config[]) => heads(bySeverity(judged(configs)).warnings);
    const geneve = { "bpf-lb-dsr-dispatch": "geneve", "tunnel-protocol": "geneve" };
    for (const mode of ["dsr", "hybrid"]) {
      const dsr = { "bpf-lb-mode": mode };
      assert.deepEqual(warnings({ ...dsr, ...geneve }, dsr, dsr), [
        'cluster "cluster1": live bpf-lb-dsr-dispatch "geneve" differs from "opt" of cluster "cluster2"',
      ]);
      assert.deepEqual(warnings({ ...dsr, "bpf-lb-dsr-dispatch": "opt" }, dsr), []);
      assert.deepEqual(warnings({ ...dsr, ...geneve, "tunnel-port": "6082" }, { ...dsr, ...geneve }), [
        'cluster "cluster2": live tunnel-port "6081" differs from "6082" of cluster "cluster1"',
      ]);
    }
    const dsr = { "bpf-lb-mode": "dsr", ...geneve };
    assert.deepEqual(differing({ ...dsr, "tunnel-port": "6082" }, dsr), []);
    assert.deepEqual(warnings({ "bpf-lb-dsr-dispatch": "geneve" }, {}), []);
    assert.deepEqual(warnings({}, {}, dsr), [
      'cluster "cluster3": live bpf-lb-mode "dsr" differs from "snat" of cluster "cluster1"',
    ]);
    const ports = judged([
      { ...tunnel, ...dsr, "tunnel-port": "6082" },
      { ...tunnel, ...dsr },
    ]);
    assert.deepEqual([bySeverity(ports).problems.length, bySeverity(ports).warnings.length], [1, 0]);
  });

  it("need a family of addresses in common", () => {
    const v6 = { "enable-ipv4": "false", "enable-ipv6": "true" };
    assert.deepEqual(differing({}, { "enable-ipv6": "true" }, v6), [
      'cluster "cluster3": live addresses of pods "IPv6" have no family in common with IPv4 of cluster "cluster1"',
    ]);
    assert.equal(differing({}, { ...v6, "enable-ipv4": "0" }).length, 1);
    assert.deepEqual(differing({ "enable-ipv6": "true" }, v6), []);
  });
});

describe("preflight: IPsec keys", () => {
  const config = { "enable-ipsec": "true" };
  const key = (id: string, text: string) => ({ ipsecKey: { id, digest: text } });
  const judged = (...networks: readonly LiveOptions["network"][]) =>
    sharedSettings(
      networks.map((network, index) => found(index + 1, network === undefined ? { config } : { config, network })),
    );

  it("are one for the whole mesh; nothing of them is shown but their number", () => {
    assert.deepEqual(bySeverity(judged(key("3", "aa"), key("3", "aa"))).problems, []);
    const said = bySeverity(judged(key("3", "aa"), key("3", "aa"), key("3", "bb"), key("4", "aa"))).problems;
    assert.deepEqual(heads(said), [
      'cluster "cluster3": live IPsec key "3" is not key 3 of cluster "cluster1", though it has the same number',
      'cluster "cluster4": live IPsec key "4" is not key 3 of cluster "cluster1"',
    ]);
    assert.doesNotMatch(lines(said).join(), /aa|bb/);
  });

  it("that could not be read are said", () => {
    assert.deepEqual(bySeverity(judged(key("3", "aa"), undefined)).unseen, [
      { cluster: "cluster2", what: "the IPsec key", why: "its Secret could not be read" },
    ]);
  });

  it("are the last ones of their file, whatever their sign and spaces", () => {
    const read = (text: string) => lastIPsecKey(text, (key_) => key_);
    assert.deepEqual(read("3 rfc4106(gcm(aes)) 44 128\n4+  rfc4106(gcm(aes)) 55 128\n\n"), {
      id: "4",
      digest: "rfc4106(gcm(aes)) 55 128",
    });
    assert.equal(read("nothing"), undefined);
  });
});
