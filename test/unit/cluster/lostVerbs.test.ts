import assert from "node:assert/strict";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT, onlyRead, runCommand } from "../support/command/runCommand";
import { recordText } from "../support/record";

const original = (value: string) => ({ kind: "value", value, managers: [] }) as const;
const RECORDED = recordText({ config: { "cluster-name": original("default"), "cluster-id": original("0") } });
const INPUT = {
  ...MEMBER_INPUT,
  managedObjects: [
    { resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" },
    { resource: "statefulsets.apps", name: "employee", namespace: "default" },
  ],
};

describe("the commands of a member", () => {
  /** Runs a verb on a cluster whose `cilium-config` is this. */
  async function run(
    verb: string,
    config: Readonly<Record<string, string>>,
    over: object = {},
    previous: string = RECORDED,
  ) {
    const cluster = ciliumCluster("cluster1", { config });
    return { cluster, ...(await runCommand(cluster, "cluster", verb, { ...INPUT, ...over }, previous)) };
  }

  describe("that is lost", () => {
    const lost = (verb: string, over: object = {}) => run(verb, {}, { lost: true, ...over });

    it("ask nothing, and succeed", async () => {
      for (const verb of ["keep", "rollOut", "restore", "release"]) {
        const { code, cluster, stderr } = await lost(verb, { originalConfig: verb === "keep" ? "" : RECORDED });
        assert.equal(code, 0, stderr);
        assert.deepEqual(cluster.calls, [], verb);
      }
    });

    it("keep what was recorded, and that it was declared lost", async () => {
      const { stdout } = await lost("keep");
      assert.deepEqual(JSON.parse(stdout), { ...(JSON.parse(RECORDED) as object), lost: true });
    });

    it("say in the end how the cluster would be given back", async () => {
      const { stderr } = await lost("release");
      assert.match(stderr, /cluster "cluster1": left without being asked/);
      assert.match(stderr, /delete secret --ignore-not-found cilium-clustermesh && /);
      assert.match(stderr, /patch configmap\/cilium-config .*"cluster-name":"default","cluster-id":"0"/);
    });

    it("refuse a cluster of which nothing is known", async () => {
      const { code, stderr, cluster } = await lost("record");
      assert.notEqual(code, 0);
      assert.match(stderr, /cluster "cluster1": is declared lost, and nothing of it is known here; remove it/);
      assert.deepEqual(cluster.calls, []);
    });
  });

  describe("that is not the one that was recorded", () => {
    const OTHER = recordText({ cluster: "uid-of-another" });
    const on = (verb: string, printed: string, over: object = {}) =>
      run(verb, INPUT.desiredConfig, { managedObjects: [], ...over }, printed);

    it("refuse every verb with both uids and the way out, and touch nothing", async () => {
      for (const verb of ["keep", "rollOut", "updateObjects", "removeObjects", "restore", "release"]) {
        const over = ["keep", "release"].includes(verb) ? {} : { originalConfig: OTHER };
        const { code, stderr, cluster } = await on(verb, verb === "updateObjects" ? "" : OTHER, over);
        assert.notEqual(code, 0, verb);
        assert.match(
          stderr,
          /uid "uid-of-cluster1" is not "uid-of-another".*correct that; if the cluster was rebuilt/,
          verb,
        );
        assert.ok(onlyRead(cluster), verb);
      }
    });

    it("record it as it is now where it was declared lost in between", async () => {
      const { code, stdout, stderr } = await on("keep", JSON.stringify({ ...JSON.parse(OTHER), lost: true }), {
        overwriteConflicts: true,
      });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /is another one than before it was declared lost/);
      const { cluster, lost } = JSON.parse(stdout) as { readonly cluster: string; readonly lost?: true };
      assert.deepEqual([cluster, lost], ["uid-of-cluster1", undefined]);
    });

    it("keep what was recorded of one that has returned", async () => {
      const { stdout } = await on("keep", JSON.stringify({ ...JSON.parse(RECORDED), lost: true }));
      assert.equal(stdout, RECORDED);
    });

    it("record it again where the state has nothing of it, and say what to do where that is not theirs to do", async () => {
      assert.equal((await on("keep", "", { desiredConfig: INPUT.desiredConfig })).code, 0);
      const { code, stderr } = await on("release", "");
      assert.notEqual(code, 0);
      assert.match(stderr, /the state has nothing of what this cluster was .*run pulumi up/);
    });

    it("refuse other targets than it was meshed with", async () => {
      const { code, stderr } = await on("keep", RECORDED, { peerSecret: "other" });
      assert.notEqual(code, 0);
      assert.match(stderr, /peerSecret "other" is not "cilium-clustermesh", which this cluster was meshed with/);
    });
  });

  describe("that is meshed as another", () => {
    const refused = async (verb: string, live: Readonly<Record<string, string>>, line: RegExp) => {
      const { code, stderr, cluster } = await run(verb, live, { managedObjects: [] });
      assert.notEqual(code, 0, verb);
      assert.match(stderr, line);
      assert.ok(onlyRead(cluster));
    };

    it("refuse another name and another id, with the steps to take", async () => {
      await refused("record", { "cluster-name": "west", "cluster-id": "101" }, /"west" .*not renamed; .*1\. remove/);
      await refused("record", { "cluster-name": "cluster1", "cluster-id": "7" }, /"7" cannot become 101: .*1\. remove/);
    });

    it("refuse another name and another id than were set, whatever the cluster has by now", async () => {
      for (const live of [INPUT.desiredConfig, { "cluster-name": "ocean", "cluster-id": "101" }]) {
        const desiredConfig = { "cluster-name": "ocean", "cluster-id": "101" };
        const { code, stderr, cluster } = await run("keep", live, { managedObjects: [], desiredConfig });
        assert.notEqual(code, 0);
        assert.match(stderr, /"cluster1" .*not renamed; .*1\. remove/);
        assert.ok(onlyRead(cluster));
      }
    });

    it("keep what was recorded where name or id were changed by hand: they are set again", async () => {
      const { code, stdout, stderr } = await run(
        "keep",
        { "cluster-name": "west", "cluster-id": "7" },
        { managedObjects: [] },
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, RECORDED);
    });

    it("go on where the cluster is what it will be, or in no mesh", async () => {
      const fine = [INPUT.desiredConfig, { "cluster-name": "west", "cluster-id": "0" }, { kvstore: "etcd" }];
      for (const [verb, live] of [
        ["keep", INPUT.desiredConfig] as const,
        ...fine.map((each) => ["record", each] as const),
      ]) {
        const { code, stderr } = await run(verb, live, { managedObjects: [] });
        assert.equal(code, 0, stderr);
      }
    });
  });
});
