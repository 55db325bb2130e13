import assert from "node:assert/strict";
import { errors } from "../../../../components/mesh/model/diagnostic";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import { uncomparedEndpoints, unseenApiServerEtcds } from "../../../../components/preflight/model/apiServerEtcd";
import { judgeLive } from "../../../../components/preflight/model/judge";
import { NOW } from "../../support/certificates/ca";
import { bySeverity, lines } from "../../support/mesh/mesh";
import { found, POLICY, recorded } from "../../support/preflight/live";

const apiServer = (container: object, status: object = { hostIP: "10.1.1.1" }) => ({
  ...recorded("apiserver-pod"),
  spec: { containers: [container] },
  status,
});
const unseen = (flags: readonly string[] | undefined, over: Partial<Cluster> = {}) =>
  lines(
    unseenApiServerEtcds([found(1, flags === undefined ? {} : { apiServers: [apiServer({ args: flags })] }, over)]),
  );

/** Problems of an endpoint of a cluster whose API server has these flags. */
function refused(url: string, flags: readonly string[], status?: object) {
  const pod = apiServer({ args: flags }, status);
  const { cluster, live } = found(1, { apiServers: [pod] }, { etcd: { endpoints: [url] } });
  const policy = { ...POLICY, allow: ["overwriteConflicts"] } as const;
  return errors(judgeLive([cluster], new Map([[cluster.name, live]]), policy, NOW).diagnostics);
}

describe("preflight: the etcd of an API server", () => {
  it("that cannot be seen is asked for, once for all clusters", () => {
    assert.deepEqual(lines(unseenApiServerEtcds([1, 2].map((n) => found(n)))), [
      'mesh: apiServerEtcd is not given for clusters "cluster1", "cluster2", and no kube-apiserver pod there names its etcd; ' +
        "list its endpoints in apiServerEtcd of each cluster, so that no peer is ever given the etcd of an API server; apiServerEtcd: [] where nobody could name it (a managed control plane)",
    ]);
    const many = Array.from({ length: 90 }, (_, index) => found(index + 1));
    assert.match(lines(unseenApiServerEtcds(many)).join(), /"cluster5", 85 more, and no/);
  });

  it("is not asked for where it is given, or given as none", () => {
    assert.deepEqual(unseen(undefined, { apiServerEtcd: [] }), []);
    assert.deepEqual(unseen(undefined, { apiServerEtcd: ["https://10.9.9.9:2379"] }), []);
  });

  it("is seen where a pod names it, and is none for peers where it is reached without TLS", () => {
    assert.deepEqual(unseen(["--etcd-servers=https://127.0.0.1:4001"]), []);
    assert.deepEqual(unseen(["--etcd-servers=http://127.0.0.1:4001"]), []);
    assert.deepEqual(unseen(["--etcd-servers=unix:///var/kine.sock"]), []);
    assert.equal(unseen(["--etcd-servers=$(ETCD_SERVERS)"]).length, 1);
    assert.equal(unseen(["--etcd-servers-overrides=/events#https://127.0.0.1:4002"]).length, 1);
    assert.equal(unseen(["--secure-port=6443"]).length, 1);
  });

  it("is refused as an endpoint by every address of the API server's host: kOps has two etcds there", () => {
    const status = { hostIP: "10.1.1.1", hostIPs: [{ ip: "10.1.1.1" }, { ip: "fd00::1" }] };
    const flags = [
      "--etcd-servers=https://127.0.0.1:4001,https://10.7.7.7:4001",
      "--etcd-servers-overrides=/events#https://127.0.0.1:4002",
    ];
    const judge = (url: string) => refused(url, flags, status);
    for (const url of ["https://10.1.1.1:4001", "https://[fd00:0::1]:4001", "https://10.7.7.7:4001"]) {
      assert.match(lines(judge(url)).join(), /is the etcd of the API server of cluster "cluster1"/, url);
    }
    for (const url of ["https://10.1.1.1:4002", "https://[fd00:0::1]:4002"]) {
      assert.match(lines(judge(url)).join(), /is an etcd of the API server of cluster "cluster1" for \/events;/, url);
    }
    assert.deepEqual(judge("https://10.1.1.1:4003"), []);
  });

  it("is refused where it has some kinds of objects only: Secrets may be among them", () => {
    const flags = [
      "--etcd-servers=https://10.7.7.7:4001",
      "--etcd-servers-overrides=/secrets#https://10.3.3.3:2379;https://10.3.3.4:2379,/events#https://10.3.3.5:2379;,x",
    ];
    const judge = (url: string) => refused(url, flags);
    for (const host of ["10.3.3.3", "10.3.3.4"]) {
      assert.match(lines(judge(`https://${host}:2379`)).join(), /for \/secrets;.* can read every Secret/, host);
    }
    assert.match(lines(judge("https://10.3.3.5:2379")).join(), /for \/events;/);
    assert.deepEqual(judge("https://10.3.3.6:2379"), []);
  });

  it("is not compared where one is a name and the other an address, which is said", () => {
    const flags = ["--etcd-servers=https://127.0.0.1:2379"];
    const said = (url: string, over: Partial<Cluster> = {}, hostAliases = {}) =>
      bySeverity(
        uncomparedEndpoints(
          found(1, { apiServers: [apiServer({ args: flags })] }, { etcd: { endpoints: [url], hostAliases }, ...over }),
        ),
      ).unseen.map(({ what, why }) => `${what}: ${why}`);
    assert.deepEqual(said("https://etcd.example.com:2379"), [
      "endpoint https://etcd.example.com:2379: of its API server's etcd is known https://10.1.1.1:2379; apiServerEtcd is not given",
    ]);
    assert.deepEqual(said("https://etcd.example.com:2381"), []);
    const overrides = ["--etcd-servers-overrides=/events#https://127.0.0.1:2381"];
    const byName = { etcd: { endpoints: ["https://etcd.example.com:2381"] } };
    const split = found(1, { apiServers: [apiServer({ args: [...flags, ...overrides] })] }, byName);
    assert.equal(bySeverity(uncomparedEndpoints(split)).unseen.length, 1);
    const hidden = found(1, { apiServers: [apiServer({ args: ["--etcd-servers-overrides=/events#$(EVENTS)"] })] });
    assert.deepEqual(bySeverity(uncomparedEndpoints(hidden)).unseen, [
      { cluster: "cluster1", what: "the API server's etcd for /events", why: "it is given as $(EVENTS)" },
    ]);
    assert.deepEqual(said("https://10.1.1.9:2379"), []);
    assert.deepEqual(said("https://etcd.example.com:2379", { apiServerEtcd: [] }), []);
    assert.deepEqual(said("https://etcd.example.com:2379", {}, { "etcd.example.com": ["10.9.9.9"] }), []);
  });
});
