import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CiliumSetup, DEFAULT_SETUP } from "../../../lab/ciliumObjects/setup";
import { checkShape, ensureClaim, labFolder, labNames, readClaim } from "../../../lab/labState";
import { testFolder, testVariables } from "../../support/testFolder";

const west = { name: "west", id: 1 };

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

  it("is listed with the others, and what is no lab is not", async () => {
    assert.deepEqual(labNames(), []);
    for (const name of ["west", "east"]) await ensureClaim(labFolder(name), { nodes: [1], cilium: [DEFAULT_SETUP] });
    mkdirSync(labFolder("remains"));
    assert.deepEqual(labNames(), ["east", "west"]);
  });

  it("is not completed with other ones", async () => {
    const dir = await running([apiserver, DEFAULT_SETUP], 2);
    const other = { nodes: [1, 1], cilium: [DEFAULT_SETUP, DEFAULT_SETUP] };
    const refused =
      /^Error: lab "x" runs with mode apiserver, identity west:1, .* in cluster1, not with mode kvstore, identity default:0, .*; end it with npm run lab -- down --name x,/;
    assert.throws(() => {
      checkShape(dir, other);
    }, refused);
    await assert.rejects(ensureClaim(dir, other), refused);
    assert.deepEqual(readClaim(dir)?.cilium, [apiserver, DEFAULT_SETUP]);
  });

  it("is not completed with another routing, kube-proxy replaced, or other IP families", async () => {
    const dir = await running([DEFAULT_SETUP], 1);
    for (const [other, said] of [
      [{ routing: "native" }, /runs with .* tunnel routing, .* in cluster1, not with .* native routing/],
      [{ kubeProxyReplacement: true }, /runs with .* without kube-proxy .* in cluster1, not with .* with kube-proxy/],
      [{ ipFamilies: "dual-stack" }, /runs with .* ipv4 in cluster1, not with .* dual-stack;/],
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

  it("from before there were routings has the native one, kube-proxy replaced by its mode, and IPv4", async () => {
    const dir = await running([DEFAULT_SETUP], 0);
    const cilium = (["kvstore", "kvstoremesh"] as const).map((mode) => ({ mode, identity: west }));
    writeFileSync(join(dir, "lab.json"), JSON.stringify({ slot: 0, portOffset: 0, nodes: [], cilium }));
    assert.deepEqual(
      readClaim(dir)?.cilium.map(({ routing, kubeProxyReplacement, ipFamilies }) => [
        routing,
        kubeProxyReplacement,
        ipFamilies,
      ]),
      [
        ["native", false, "ipv4"],
        ["native", true, "ipv4"],
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
