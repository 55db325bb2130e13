import assert from "node:assert/strict";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import type { CiliumCluster } from "../support/cilium/ciliumCluster";
import { check, MEMBERS, meshInMemory, onlyRead, OTHERS_READY, READY, recorded } from "../support/command/runCommand";
import { textFixture } from "../support/fixtures";

describe("the command that checks a mesh", () => {
  it("prints how every agent sees every peer, once all are ready", async () => {
    const mesh = meshInMemory({ cluster1: READY, ...OTHERS_READY });
    const { code, stdout, stderr } = await check(mesh, 5);
    assert.equal(code, 0, stderr);
    const { readiness: table, paths, stalePods } = parseCheckResult(stdout);
    assert.deepEqual(
      paths,
      MEMBERS.map(({ name }) => ({ cluster: name, kind: "probed", working: 0, of: 0, broken: [] })),
    );
    assert.deepEqual(stalePods, []);
    assert.equal(table.length, 6);
    assert.ok(table.every((line) => line.ready && "peer" in line && line.cluster !== line.peer));
    const hurried = [...mesh.values()].map((cluster) => cluster.callsOf("annotatePods").length);
    assert.deepEqual(hurried, [1, 1, 1]);
  });

  it("fails when the time is up, names agent, peer and cause, and shows what troubleshoot says there", async () => {
    const mesh = meshInMemory({ cluster1: recorded("wrong-id"), ...OTHERS_READY });
    const { code, stdout, stderr } = await check(mesh, 1);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /the mesh is not ready after 1 s/);
    assert.match(
      stderr,
      /cluster "cluster1": agent cilium-cluster1 on node node1, peer "cluster2" has id 112, declared is 102/,
    );
    assert.match(stderr, /troubleshooting in cluster1/);
    assert.doesNotMatch(stderr, /troubleshooting in cluster2/);
  });

  it("touches nothing where a kubeconfig leads to another cluster than the one that joined", async () => {
    const mesh = meshInMemory({ cluster1: READY, ...OTHERS_READY }, { cluster2: { uid: "another" } });
    const members = MEMBERS.map((each) => ({ ...each, context: each.name, uid: `uid-of-${each.name}` }));
    const { code, stdout, stderr } = await check(mesh, 5, { clusters: members, restartStalePods: true });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /cluster "cluster2": kube-system uid "another" is not "uid-of-cluster2"/);
    assert.ok([...mesh.values()].every(onlyRead));
  });

  it("takes an agent that cannot be asked for one that is not ready", async () => {
    const mesh = meshInMemory({ cluster1: READY, cluster2: OTHERS_READY.cluster2 });
    const { code, stderr } = await check(mesh, 1);
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster3": agent cilium-cluster3 on node node1, peer "cluster1"/);
  });

  describe("of the causes", () => {
    const causes: Readonly<Record<string, readonly [string, CiliumCluster, RegExp]>> = {
      "a wrong CA": [
        "not-connected",
        { troubleshoot: textFixture("troubleshoot/unknown-ca.txt") },
        /peer "cluster2" not connected: [^\n]*: the certificate of the etcd at 10\.1\.2\.1:2379 is signed by another CA/,
      ],
      "a duplicate id": [
        "not-synced",
        {
          troubleshoot: textFixture("troubleshoot/healthy.txt"),
          log: textFixture("troubleshoot/log-duplicate-peer.txt"),
        },
        /peer "cluster2" not ready: [^\n]*cluster2 says that its id is 103, which another peer has: .* duplicate id; set cluster-id/,
      ],
      "a wrong id": [
        "wrong-id",
        {},
        /peer "cluster2" has id 112, declared is 102: [^\n]*; see cluster-id in cilium-config of cluster2, and restart its operator/,
      ],
      "a configuration that nobody has written": [
        "config-not-retrieved",
        { troubleshoot: textFixture("troubleshoot/healthy.txt") },
        /not retrieved yet: its etcd has no cilium\/cluster-config\/cluster2, or .*; see whether cilium-operator of cluster2/,
      ],
    };
    for (const [what, [status, cluster, line]] of Object.entries(causes)) {
      it(`names ${what} in the line of the peer`, async () => {
        const mesh = meshInMemory({ cluster1: recorded(status), ...OTHERS_READY }, { cluster1: cluster });
        const { code, stderr } = await check(mesh, 1);
        assert.equal(code, 1);
        assert.match(stderr, line);
        assert.doesNotMatch(stderr, /peer "cluster3"/);
      });
    }

    it("shows what the agent has logged of that peer", async () => {
      const log = textFixture("troubleshoot/log-duplicate-local.txt");
      const mesh = meshInMemory({ cluster1: recorded("not-synced"), ...OTHERS_READY }, { cluster1: { log } });
      const { stderr } = await check(mesh, 1);
      assert.match(
        stderr,
        /--- cluster cluster1, agent cilium-cluster1: its log\n.*clusterID 101 is assigned to the local/,
      );
      assert.doesNotMatch(stderr, /msg="Connecting to remote cluster"/);
    });
  });
});
