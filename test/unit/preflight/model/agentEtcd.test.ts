import assert from "node:assert/strict";
import { agentEtcds } from "../../../../components/preflight/model/agentEtcd";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import { bySeverity, heads, lines, member } from "../../support/mesh/mesh";
import { daemonSetWith, found, type LiveOptions } from "../../support/preflight/live";

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
  const { warnings, unseen, problems } = bySeverity(agentEtcds([each], [each.cluster]));
  assert.deepEqual(problems, []);
  return { warnings: heads(warnings), unseen: unseen.map(({ why }) => why) };
}

/** The nth cluster, whose agents use these endpoints. */
function using(
  n: number,
  urls: readonly string[],
  over: Partial<Cluster> = {},
  network: NonNullable<LiveOptions["network"]> = {},
) {
  const config = { "kvstore-opt": CHART, "etcd-config": JSON.stringify({ endpoints: urls }) };
  return found(n, { config, network }, over);
}

const nothing = { warnings: [], unseen: [] };

describe("preflight: the etcd that a cluster's agents use", () => {
  it("is another one by an IPv6 address as well, which is no name inside the cluster", () => {
    for (const url of ["https://[fd00::2]:2379", "https://[2001:db8::2]:2379"]) {
      const { warnings, unseen } = judge([url]);
      assert.deepEqual([warnings.length, unseen], [1, []], url);
      assert.ok(warnings[0]?.includes(url), warnings[0]);
    }
    assert.deepEqual(judge(["https://[::1]:2379"]).warnings, []);
  });

  it("is the declared one where one of their addresses is", () => {
    assert.deepEqual(judge(["https://10.1.1.1:2379", "https://ETCD.example.com:2379/"]), nothing);
    const aliases = { "etcd.example.com": ["192.0.2.7"] };
    assert.deepEqual(judge(["https://10.1.1.1:2379", "https://192.0.2.7:2379"], CHART, aliases), nothing);
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
    assert.deepEqual(judge("", '{"etcd.address":"https://10.1.1.1:2379"}').warnings, []);
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
    const valueFrom = { configMapKeyRef: { name: "other", key: "x" } };
    for (const container of [
      { env: [{ name: "CILIUM_KVSTORE_OPT", valueFrom }] },
      { env: [], envFrom: [{ secretRef: { name: "other" } }] },
    ]) {
      const each = found(1, { daemonSet: daemonSetWith(container) });
      assert.match(
        bySeverity(agentEtcds([each], [each.cluster])).unseen[0]?.why ?? "",
        /^the DaemonSet takes kvstore-opt from /,
      );
    }
  });
});

describe("preflight: endpoints of which agents use only some", () => {
  const judged = (declared: readonly string[], used: readonly string[], hostAliases = {}) => {
    const { warnings, unseen } = bySeverity(
      agentEtcds([using(1, used, { etcd: { endpoints: declared, hostAliases } })], [member(1)]),
    );
    return [...lines(warnings), ...unseen.map(({ what, why }) => `${what}: ${why}`)];
  };
  const OWN = "https://10.1.1.1:2379";

  it("are warned of where all are addresses: a balancer's is right, another etcd's is not", () => {
    assert.deepEqual(judged([OWN, "https://10.77.0.1:2379"], [OWN]), [
      'cluster "cluster1": etcd.endpoints ["https://10.77.0.1:2379"] is used by no agent of this cluster (live etcd-config: https://10.1.1.1:2379); ' +
        "peers that take it find nothing unless it leads to the same etcd, as the address of a load balancer does: remove it otherwise",
    ]);
    assert.deepEqual(judged([OWN], [OWN, "https://10.1.1.2:2379"]), []);
  });

  it("are said not to be known where one is a name", () => {
    const said = (url: string) => `endpoint ${url}: no agent uses it, and one of them is a name`;
    assert.deepEqual(judged([OWN, "https://etcd.example.com:2379"], [OWN]), [said("https://etcd.example.com:2379")]);
    assert.deepEqual(judged(["https://a.example.com:2379", OWN], ["https://a.example.com:2379"]), [said(OWN)]);
    const aliases = { "etcd.example.com": ["10.1.1.1"] };
    assert.deepEqual(judged([OWN, "https://etcd.example.com:2379"], [OWN], aliases), []);
  });
});

describe("preflight: agents of two clusters on one etcd", () => {
  const judged = (...found: readonly ReturnType<typeof using>[]) => {
    const clusters = [...found.map((each) => each.cluster), member(9)];
    const { problems, warnings } = bySeverity(agentEtcds(found, clusters));
    return { problems: lines(problems), warnings: warnings.map(({ cluster }) => cluster) };
  };
  const SHARED = "https://10.1.99.1:2379";
  const own = "; each cluster needs an etcd of its own: agents of two clusters in one overwrite each other's state";

  it("are a problem, whatever is declared", () => {
    const line = `cluster "cluster2": live etcd-config "${SHARED}" is what the agents of cluster "cluster1" use, too${own}`;
    assert.deepEqual(judged(using(1, [SHARED]), using(2, [SHARED])), { problems: [line], warnings: ["cluster1"] });
    const http = using(2, ["http://10.1.99.1:2379"]);
    assert.equal(judged(using(1, [SHARED]), http).problems.length, 1);
  });

  it("are a problem where one uses the endpoint of another, be that one seen or not", () => {
    const line = (url: string, other: string) =>
      `cluster "cluster1": live etcd-config "${url}" is an endpoint of cluster "${other}"${own}`;
    const second = "https://10.1.2.1:2379";
    assert.deepEqual(judged(using(1, [second]), using(2, [second])), {
      problems: [line(second, "cluster2")],
      warnings: [],
    });
    const ninth = "https://10.1.9.1:2379";
    assert.deepEqual(judged(using(1, ["https://10.1.1.1:2379", ninth])).problems, [line(ninth, "cluster9")]);
  });

  it("are told with the configuration where both have it declared", () => {
    const declared = { etcd: { endpoints: [SHARED] } };
    assert.deepEqual(judged(using(1, [SHARED], declared), using(2, [SHARED], declared)).problems, []);
  });

  it("are none where an address or a name means another thing in each of them", () => {
    for (const url of [
      "https://127.0.0.1:2379",
      "https://etcd:2379",
      "https://10.96.0.77:2379",
      "https://169.254.20.1:2379",
    ]) {
      const network = { serviceCIDRs: ["10.96.0.0/16"] };
      assert.deepEqual(judged(using(1, [url], {}, network), using(2, [url], {}, network)), {
        problems: [],
        warnings: [],
      });
    }
    const aliased = (n: number) => ({
      etcd: { endpoints: ["https://etcd.local:2379"], hostAliases: { "etcd.local": [`10.1.${String(n)}.1`] } },
    });
    const name = ["https://etcd.local:2379"];
    assert.deepEqual(judged(using(1, name, aliased(1)), using(2, name, aliased(2))), { problems: [], warnings: [] });
  });

  it("are warned of where they have a name in common: DNS may answer each of them otherwise", () => {
    const name = ["https://etcd.example.com:2379"];
    const { problems, warnings } = judged(using(1, name), using(2, name));
    assert.deepEqual([problems, warnings.toSorted()], [[], ["cluster1", "cluster2"]]);
  });
});
