import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type CiliumSetup, DEFAULT_SETUP, identityFault, setupsOf } from "../../../lab/ciliumObjects/setup";
import { UsageError } from "../../../lab/host/commandLine";
import { checkShape, ensureClaim, labFolder, readClaim } from "../../../lab/labState";
import { readIdentities, readModes } from "../../../lab/setupFlags";
import { wantedLab } from "../../../lab/upArgs";
import { testFolder, testVariables } from "../../support/testFolder";

const west = { name: "west", id: 1 };

describe("lab: setups of clusters", () => {
  it("are kvstore mode without a name where nothing is asked", () => {
    assert.deepEqual(setupsOf(2), [DEFAULT_SETUP, DEFAULT_SETUP]);
    assert.deepEqual(DEFAULT_SETUP, { mode: "kvstore", identity: { name: "default", id: 0 } });
  });

  it("have one mode for all, or one for each, and an identity where one is given", () => {
    const modes = (...given: Parameters<typeof setupsOf>) => setupsOf(...given).map(({ mode }) => mode);
    assert.deepEqual(modes(3, ["apiserver"]), ["apiserver", "apiserver", "apiserver"]);
    assert.deepEqual(modes(2, ["kvstoremesh", "kvstore"]), ["kvstoremesh", "kvstore"]);
    assert.deepEqual(
      setupsOf(2, [], [west, undefined]).map(({ identity }) => identity),
      [west, { name: "default", id: 0 }],
    );
  });

  it("are refused where their number is not that of the clusters", () => {
    assert.throws(() => setupsOf(3, ["kvstore", "apiserver"]), /modes: kvstore, apiserver; .*each of the 3 clusters/);
    assert.throws(() => setupsOf(2, [], [west]), /identities: 1 given; .*each of the 2 clusters/);
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
      assert.throws(() => setupsOf(1, [], [{ name, id }]), fault);
    });
  }

  it("come with the shape of a lab", () => {
    assert.deepEqual(wantedLab({}), { clusters: 2, nodes: [], cilium: [DEFAULT_SETUP, DEFAULT_SETUP] });
    const { clusters, nodes, cilium } = wantedLab({ nodes: [2, 1], modes: ["kvstoremesh", "apiserver"] });
    assert.deepEqual([clusters, nodes], [2, [2, 1]]);
    assert.deepEqual(
      cilium.map(({ mode }) => mode),
      ["kvstoremesh", "apiserver"],
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
  const apiserver: CiliumSetup = { mode: "apiserver", identity: west };

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
      /^Error: lab "x" runs with mode apiserver, identity west:1 in cluster1, not with mode kvstore, identity default:0; end it with "lab down"/;
    assert.throws(() => {
      checkShape(dir, other);
    }, refused);
    await assert.rejects(ensureClaim(dir, other), refused);
    assert.deepEqual(readClaim(dir)?.cilium, [apiserver, DEFAULT_SETUP]);
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

  it("from before there were modes is one in kvstore mode", async () => {
    const dir = await running([], 0);
    mkdirSync(join(dir, "cluster1"));
    assert.throws(() => {
      checkShape(dir, { nodes: [], cilium: [apiserver] });
    }, /runs with mode kvstore/);
  });
});
