import assert from "node:assert/strict";
import { agentEtcd } from "../../../../components/preflight/model/agentEtcd";
import { lines } from "../../support/mesh/mesh";
import { found } from "../../support/preflight/live";

const CHART = '{"etcd.config": "/var/lib/etcd-config/etcd.config"}';

function judge(endpoints: readonly string[] | string, options = CHART, hostAliases: Record<string, string[]> = {}) {
  const text =
    typeof endpoints === "string" ? endpoints : `---\nendpoints:\n${endpoints.map((url) => `  - ${url}\n`).join("")}`;
  const config = { "kvstore-opt": options, "etcd-config": text === "" ? undefined : text };
  const each = found(
    1,
    { config },
    { etcd: { endpoints: ["https://10.1.1.1:2379", "https://etcd.example.com:2379"], hostAliases } },
  );
  const { warnings, unseen, problems } = agentEtcd(each);
  assert.deepEqual(problems, []);
  return { warnings: lines(warnings).map((line) => line.split(";")[0]), unseen: unseen.map(({ why }) => why) };
}

const nothing = { warnings: [], unseen: [] };

describe("preflight: the etcd that a cluster's agents use", () => {
  it("is the declared one where one of their addresses is", () => {
    assert.deepEqual(judge(["https://10.1.1.1:2379"]), nothing);
    assert.deepEqual(judge(["https://other:2379", "https://ETCD.example.com:2379/"]), nothing);
    assert.deepEqual(judge(["https://192.0.2.7:2379"], CHART, { "etcd.example.com": ["192.0.2.7"] }), nothing);
  });

  for (const url of ["https://etcd.other.internal:2379", "http://10.1.1.1:2379", "https://10.1.1.1:2380"]) {
    it(`is warned of where it is ${url}`, () => {
      const declared = '["https://10.1.1.1:2379","https://etcd.example.com:2379"]';
      assert.deepEqual(judge([url]).warnings, [
        `cluster "cluster1": etcd.endpoints ${declared} are not those that its agents use (live etcd-config: ${url})`,
      ]);
    });
  }

  it("is read from kvstore-opt, too, in both of its forms", () => {
    for (const options of ['{"etcd.address":"https://10.9.9.9:2379"}', "etcd.address=https://10.9.9.9:2379,x=y"]) {
      assert.equal(judge("", options).warnings.length, 1, options);
    }
    assert.deepEqual(judge("", '{"etcd.address":"https://10.1.1.1:2379"}'), nothing);
  });

  it("is said not to be known where agents name it inside the cluster alone, or elsewhere", () => {
    for (const url of [
      "https://127.0.0.1:2379",
      "https://localhost:2379",
      "https://cilium-etcd.kube-system.svc:2379",
      "https://etcd:2379",
    ]) {
      assert.deepEqual(judge([url]), { warnings: [], unseen: [`${url} is an address inside the cluster`] });
    }
    assert.deepEqual(judge([], '{"etcd.config": "/etc/mine/etcd.yaml"}').unseen, ["it is in /etc/mine/etcd.yaml"]);
    assert.deepEqual(judge("", "{}").unseen, ["kvstore-opt names none"]);
    assert.deepEqual(judge("endpoints: {").unseen, ["etcd-config names none"]);
  });
});
