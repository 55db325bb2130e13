import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AskedSetups,
  type CiliumMode,
  type CiliumSetup,
  DEFAULT_SETUP,
  describeSetup,
  identityFault,
  setupsOf,
} from "../../../lab/ciliumObjects/setup";
import { UsageError } from "../../../lab/host/commandLine";
import { checkShape, ensureClaim, labFolder, readClaim } from "../../../lab/labState";
import { readIdentities, readKubeProxyReplacement, readModes, readRouting } from "../../../lab/setupFlags";
import { wantedLab } from "../../../lab/upArgs";
import { testFolder, testVariables } from "../../support/testFolder";

const west = { name: "west", id: 1 };

describe("lab: setups of clusters", () => {
  it("are kvstore mode without a name, and the chart's routing, where nothing is asked", () => {
    assert.deepEqual(setupsOf(2), [DEFAULT_SETUP, DEFAULT_SETUP]);
    assert.deepEqual(DEFAULT_SETUP, {
      mode: "kvstore",
      identity: { name: "default", id: 0 },
      routing: "tunnel",
      kubeProxyReplacement: false,
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

  it("have one routing for all", () => {
    assert.deepEqual(
      setupsOf(2, { routing: "native" }).map(({ routing }) => routing),
      ["native", "native"],
    );
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
    const setup: CiliumSetup = { mode: "kvstore", identity: west, routing: "native", kubeProxyReplacement: true };
    assert.equal(describeSetup(setup), "mode kvstore, identity west:1, native routing, with kube-proxy replacement");
    assert.match(describeSetup(DEFAULT_SETUP), /, tunnel routing, without kube-proxy replacement$/);
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
  });

  for (const text of ["vxlan", "Native", "native,tunnel", "native "]) {
    it(`are not the routing "${text}"`, () => {
      assert.throws(() => readRouting(text), UsageError);
      assert.throws(() => readRouting(text), /--routing ".*": give one of tunnel, native/);
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

describe("lab: a lab that runs", () => {
  const folder = testFolder();
  testVariables(() => ({ XDG_STATE_HOME: folder() }));
  const apiserver: CiliumSetup = { ...DEFAULT_SETUP, mode: "apiserver", identity: west, kubeProxyReplacement: true };

  /** A lab of these setups whose first clusters have been started. */
  async function running(cilium: readonly CiliumSetup[], started: number): Promise<string> {
    const dir = labFolder("x");
    await ensureClaim(dir, { nodes: cilium.map(() => 1), cilium });
    for (let number = 1; number <= started; number++) mkdirSync(join(dir, `cluster${number}`));
    return dir;
  }

  it("keeps the setups of its clusters in its state file", async () => {
    const dir = await running([apiserver, DEFAULT_SETUP], 2);
    assert.deepEqual(readClaim(dir)?.cilium, [apiserver, DEFAULT_SETUP]);
  });

  it("is not completed with other ones", async () => {
    const dir = await running([apiserver, DEFAULT_SETUP], 2);
    const other = { nodes: [1, 1], cilium: [DEFAULT_SETUP, DEFAULT_SETUP] };
    const refused =
      /^Error: lab "x" runs with mode apiserver, identity west:1, .* in cluster1, not with mode kvstore, identity default:0, .*; end it with "lab down"/;
    assert.throws(() => {
      checkShape(dir, other);
    }, refused);
    await assert.rejects(ensureClaim(dir, other), refused);
    assert.deepEqual(readClaim(dir)?.cilium, [apiserver, DEFAULT_SETUP]);
  });

  it("is not completed with another routing, or with kube-proxy replaced", async () => {
    const dir = await running([DEFAULT_SETUP], 1);
    for (const [other, said] of [
      [{ routing: "native" }, /runs with .* tunnel routing, .* in cluster1, not with .* native routing/],
      [{ kubeProxyReplacement: true }, /runs with .* without kube-proxy .* in cluster1, not with .* with kube-proxy/],
    ] as const) {
      assert.throws(() => {
        checkShape(dir, { nodes: [1], cilium: [{ ...DEFAULT_SETUP, ...other }] });
      }, said);
    }
  });

  it("is completed with more clusters, and with fewer where these are alike", async () => {
    const dir = await running([apiserver], 1);
    const both = { nodes: [1, 1], cilium: [apiserver, DEFAULT_SETUP] };
    assert.deepEqual((await ensureClaim(dir, both)).cilium, both.cilium);
    mkdirSync(join(dir, "cluster2"));
    assert.deepEqual((await ensureClaim(dir, { nodes: [1], cilium: [apiserver] })).cilium, both.cilium);
  });

  it("changes that of a cluster which was never started", async () => {
    const dir = await running([apiserver, apiserver], 1);
    const asked = { nodes: [1, 1], cilium: [apiserver, DEFAULT_SETUP] };
    assert.deepEqual((await ensureClaim(dir, asked)).cilium, asked.cilium);
  });

  it("from before there were routings has the native one, and kube-proxy replaced by its mode", async () => {
    const dir = await running([DEFAULT_SETUP], 0);
    const cilium = (["kvstore", "kvstoremesh"] as const).map((mode) => ({ mode, identity: west }));
    writeFileSync(join(dir, "lab.json"), JSON.stringify({ slot: 0, portOffset: 0, nodes: [], cilium }));
    assert.deepEqual(
      readClaim(dir)?.cilium.map(({ routing, kubeProxyReplacement }) => [routing, kubeProxyReplacement]),
      [
        ["native", false],
        ["native", true],
      ],
    );
  });

  it("from before there were modes is one in kvstore mode", async () => {
    const dir = await running([], 0);
    mkdirSync(join(dir, "cluster1"));
    assert.throws(() => {
      checkShape(dir, { nodes: [], cilium: [apiserver] });
    }, /runs with mode kvstore/);
  });
});
