import assert from "node:assert/strict";
import {
  type AskedSetups,
  type CiliumMode,
  type CiliumSetup,
  DEFAULT_SETUP,
  describeSetup,
  familiesOf,
  identityFault,
  IP_FAMILIES,
  setupsOf,
} from "../../../lab/ciliumObjects/setup";
import { UsageError } from "../../../lab/host/commandLine";
import {
  readIdentities,
  readIpFamilies,
  readKubeProxyReplacement,
  readModes,
  readRouting,
} from "../../../lab/setupFlags";
import { wantedLab } from "../../../lab/upArgs";

const west = { name: "west", id: 1 };

describe("lab: setups of clusters", () => {
  it("are kvstore mode without a name, and the chart's routing, where nothing is asked", () => {
    assert.deepEqual(setupsOf(2), [DEFAULT_SETUP, DEFAULT_SETUP]);
    assert.deepEqual(DEFAULT_SETUP, {
      mode: "kvstore",
      identity: { name: "default", id: 0 },
      routing: "tunnel",
      kubeProxyReplacement: false,
      ipFamilies: "ipv4",
    });
  });

  it("have one mode for all, or one for each, and an identity where one is given", () => {
    const modesOf = (clusters: number, modes: readonly CiliumMode[]) =>
      setupsOf(clusters, { modes }).map(({ mode }) => mode);
    assert.deepEqual(modesOf(3, ["apiserver"]), ["apiserver", "apiserver", "apiserver"]);
    assert.deepEqual(modesOf(2, ["kvstoremesh", "kvstore"]), ["kvstoremesh", "kvstore"]);
    assert.deepEqual(
      setupsOf(2, { identities: [west, undefined] }).map(({ identity }) => identity),
      [west, { name: "default", id: 0 }],
    );
  });

  it("have one routing and the same IP families for all", () => {
    assert.deepEqual(
      setupsOf(2, { routing: "native", ipFamilies: "dual-stack" }).map(({ routing, ipFamilies }) => [
        routing,
        ipFamilies,
      ]),
      [
        ["native", "dual-stack"],
        ["native", "dual-stack"],
      ],
    );
  });

  it("have IPv4 as primary family, where there is IPv4", () => {
    assert.deepEqual(IP_FAMILIES.map(familiesOf), [["ipv4"], ["ipv4", "ipv6"], ["ipv6"]]);
  });

  it("are of IPv6 alone only where there are nodes", () => {
    assert.throws(() => wantedLab({ ipFamilies: "ipv6" }), /ipFamilies: ipv6; .* give nodes too/);
    assert.equal(wantedLab({ nodes: [1], ipFamilies: "ipv6" }).cilium[0]?.ipFamilies, "ipv6");
  });

  it("have Cilium replace kube-proxy where a NodePort has to be served, or where it is asked to", () => {
    const replaced = (asked: AskedSetups) => setupsOf(2, asked).map(({ kubeProxyReplacement }) => kubeProxyReplacement);
    assert.deepEqual(replaced({ modes: ["kvstore", "kvstoremesh"] }), [false, true]);
    assert.deepEqual(replaced({ kubeProxyReplacement: true }), [true, true]);
    assert.throws(
      () => setupsOf(2, { modes: ["kvstore", "apiserver"], kubeProxyReplacement: false }),
      /kubeProxyReplacement: false; mode apiserver needs it/,
    );
  });

  it("are described in a line", () => {
    const setup: CiliumSetup = {
      mode: "kvstore",
      identity: west,
      routing: "native",
      kubeProxyReplacement: true,
      ipFamilies: "dual-stack",
    };
    assert.equal(
      describeSetup(setup),
      "mode kvstore, identity west:1, native routing, with kube-proxy replacement, dual-stack",
    );
    assert.match(describeSetup(DEFAULT_SETUP), /, tunnel routing, without kube-proxy replacement, ipv4$/);
  });

  it("are refused where their number is not that of the clusters", () => {
    assert.throws(
      () => setupsOf(3, { modes: ["kvstore", "apiserver"] }),
      /modes: kvstore, apiserver; .*each of the 3 clusters/,
    );
    assert.throws(() => setupsOf(2, { identities: [west] }), /identities: 1 given; .*each of the 2 clusters/);
    assert.throws(() => wantedLab({ nodes: [2, 1], modes: ["kvstore", "kvstore", "kvstore"] }), /each of the 2/);
  });

  for (const [name, id, fault] of [
    ["West", 1, /lower-case/],
    ["a".repeat(33), 1, /1 to 32/],
    ["west-", 1, /ending with/],
    ["west", 256, /from 0 to 255/],
    ["west", 1.5, /from 0 to 255/],
    ["default", 1, /has id 0 alone/],
  ] as const) {
    it(`are refused with the identity ${name}:${id}, which Cilium would refuse`, () => {
      assert.match(identityFault({ name, id }) ?? "", fault);
      assert.throws(() => setupsOf(1, { identities: [{ name, id }] }), fault);
    });
  }

  it("come with the shape of a lab", () => {
    assert.deepEqual(wantedLab({}), { clusters: 2, nodes: [], cilium: [DEFAULT_SETUP, DEFAULT_SETUP] });
    const { clusters, nodes, cilium } = wantedLab({
      nodes: [2, 1],
      modes: ["kvstoremesh", "apiserver"],
      routing: "native",
    });
    assert.deepEqual([clusters, nodes], [2, [2, 1]]);
    assert.deepEqual(
      cilium.map(({ mode, routing }) => [mode, routing]),
      [
        ["kvstoremesh", "native"],
        ["apiserver", "native"],
      ],
    );
  });
});

describe("lab: setups on the command line", () => {
  it("are read with commas between them", () => {
    assert.deepEqual(readModes("kvstoremesh,apiserver, kvstore"), ["kvstoremesh", "apiserver", "kvstore"]);
    assert.deepEqual(readIdentities("west:1,default:0"), [west, { name: "default", id: 0 }]);
  });

  for (const text of ["crd", "kvstore,", "kvstore apiserver", "KVStore"]) {
    it(`are not the modes "${text}"`, () => {
      assert.throws(() => readModes(text), UsageError);
      assert.throws(() => readModes(text), /--mode ".*kvstore, apiserver, kvstoremesh/);
    });
  }

  it("are read in one word where all clusters have the same", () => {
    assert.deepEqual(["tunnel", "native"].map(readRouting), ["tunnel", "native"]);
    assert.deepEqual(["true", "false"].map(readKubeProxyReplacement), [true, false]);
    assert.deepEqual(IP_FAMILIES.map(readIpFamilies), IP_FAMILIES);
  });

  for (const text of ["vxlan", "Native", "native,tunnel", "native "]) {
    it(`are not the routing "${text}"`, () => {
      assert.throws(() => readRouting(text), UsageError);
      assert.throws(() => readRouting(text), /--routing ".*": give one of tunnel, native/);
    });
  }

  for (const text of ["IPv6", "dual", "ipv4,ipv6"]) {
    it(`are not the IP families "${text}"`, () => {
      assert.throws(() => readIpFamilies(text), UsageError);
      assert.throws(() => readIpFamilies(text), /--ip-families ".*": give one of ipv4, dual-stack, ipv6/);
    });
  }

  it("are no other words for kube-proxy replacement than true and false", () => {
    for (const text of ["yes", "partial", "True"]) {
      assert.throws(() => readKubeProxyReplacement(text), UsageError);
      assert.throws(() => readKubeProxyReplacement(text), /--kube-proxy-replacement ".*": give one of true, false/);
    }
  });

  for (const text of ["west", "west:", ":1", "west:1,", "west:-1", "west:1.5", "west:256", "West:1", "default:1"]) {
    it(`are not the identities "${text}"`, () => {
      assert.throws(() => readIdentities(text), UsageError);
      assert.throws(() => readIdentities(text), /--identity ".*": ".*": (give|use|"default") /);
    });
  }
});
