import assert from "node:assert/strict";
import { masquerading } from "../../../../components/preflight/model/masquerading";
import { bySeverity, lines, member } from "../../support/mesh/mesh";
import { found, type LiveOptions } from "../../support/preflight/live";

type Config = NonNullable<LiveOptions["config"]>;

describe("preflight: live ranges without masquerading", () => {
  const clusters = [member(1), member(2, { podCIDRs: ["192.168.0.0/16", "fd00:60::/48"] })];
  const judge = (config: Config) => lines(bySeverity(masquerading(found(1, { config }), clusters)).problems);

  it("has to cover every cluster's pods", () => {
    assert.deepEqual(judge({}), [
      'cluster "cluster1": live ipv4-native-routing-cidr "10.0.0.0/8" does not cover podCIDR 192.168.0.0/16 of cluster "cluster2"; widen it in every cluster',
    ]);
    assert.deepEqual(judge({ "ipv4-native-routing-cidr": "0.0.0.0/0" }), []);
  });

  it("has to, for IPv6 too", () => {
    const config = {
      "enable-ipv6": "true",
      "ipv4-native-routing-cidr": undefined,
      "ipv6-native-routing-cidr": "fd01::/16",
    };
    assert.deepEqual(judge(config).length, 1);
    assert.deepEqual(judge({ ...config, "ipv6-native-routing-cidr": "fd00::/16" }), []);
  });

  it("means nothing in tunnel mode, nor where it is not set", () => {
    assert.deepEqual(judge({ "routing-mode": "tunnel" }), []);
    assert.deepEqual(judge({ "routing-mode": undefined }), []);
    assert.deepEqual(judge({ "ipv4-native-routing-cidr": undefined }), []);
  });

  it("means nothing where nothing is masqueraded, for that family", () => {
    for (const off of ["false", "False", "0"]) {
      assert.deepEqual(judge({ "enable-ipv4-masquerade": off }), []);
    }
    assert.equal(judge({ "enable-ipv6-masquerade": "false" }).length, 1);
    assert.equal(judge({ "enable-ipv6": "true", "ipv6-native-routing-cidr": "fd01::/16" }).length, 2);
    assert.deepEqual(judge({ "enable-ipv4": "false" }), []);
  });

  it("with bits behind its prefix is read as Cilium reads it", () => {
    assert.equal(judge({ "ipv4-native-routing-cidr": "10.1.2.3/8" }).length, 1);
    assert.deepEqual(judge({ "ipv4-native-routing-cidr": "192.168.7.7/0" }), []);
  });

  it("are with the ip-masq-agent its own, and those together", () => {
    const masqAgent = (nonMasqueradeCIDRs: readonly string[] | undefined, config: Config = {}) =>
      masquerading(
        found(1, {
          config: { "enable-ipv6": "true", "enable-ip-masq-agent": "True", ...config },
          network: nonMasqueradeCIDRs === undefined ? {} : { nonMasqueradeCIDRs },
        }),
        clusters,
      );
    assert.deepEqual(bySeverity(masqAgent(["192.168.0.0/16", "fd00::/8"])).problems, []);
    assert.deepEqual(lines(bySeverity(masqAgent(["172.16.0.0/12"])).problems), [
      'cluster "cluster1": live nonMasqueradeCIDRs and ipv4-native-routing-cidr ["10.0.0.0/8","172.16.0.0/12"] does not cover podCIDR 192.168.0.0/16 of cluster "cluster2"; widen it in every cluster',
    ]);
    const alone = masqAgent(["172.16.0.0/12"], { "ipv4-native-routing-cidr": undefined });
    assert.equal(bySeverity(alone).problems.length, 2);
    assert.deepEqual(bySeverity(masqAgent(undefined)).problems, []);
    assert.equal(bySeverity(masqAgent(undefined)).unseen[0]?.what, "what is masqueraded");
  });

  it("are said not to be known where a text is no range", () => {
    const unseen = (config: Config, nonMasqueradeCIDRs?: readonly string[]) =>
      bySeverity(
        masquerading(
          found(1, { config, ...(nonMasqueradeCIDRs === undefined ? {} : { network: { nonMasqueradeCIDRs } }) }),
          clusters,
        ),
      ).unseen.map(({ why }) => why);
    assert.deepEqual(unseen({ "ipv4-native-routing-cidr": "10/8" }), ["10/8: not a CIDR"]);
    assert.deepEqual(unseen({ "ipv4-native-routing-cidr": "10/8", "routing-mode": "tunnel" }), []);
    assert.deepEqual(unseen({ "enable-ip-masq-agent": "true" }, ["192.168.0.0/16", "010.0.0.0/8"]), [
      "010.0.0.0/8: not a CIDR",
    ]);
  });

  it("that agents take from their own network are said not to be known", () => {
    const unset = { ipam: "eni", "ipv4-native-routing-cidr": undefined };
    const unseen = (config: Config) => bySeverity(masquerading(found(1, { config }), clusters)).unseen.length;
    assert.equal(unseen(unset), 1);
    assert.equal(unseen({ ipam: "eni" }), 0);
    assert.equal(unseen({ ...unset, "enable-ipv4-masquerade": "false" }), 0);
    assert.equal(unseen({ ...unset, ipam: "kubernetes" }), 0);
  });
});
