import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { caOrigin, type Signing } from "../../../../components";
import { caKeyId } from "../../../../components/certificates/model/certificates";
import { rotationPolicy, wantedTrust } from "../../../../components/preflight/rotation";
import { meshDescription } from "../../../../stacks/program/arguments";
import { preflight } from "../../../../stacks/program/preflight";
import type { Registry } from "../../../../stacks/roles/registry";
import { testCA, type TestCA } from "../../support/apiserver/certificates";
import { chartObjects } from "../../support/apiserver/chartObjects";
import { mintCA, mintChain, NOW, type CA } from "../../support/certificates/ca";
import { scriptedKubectl } from "../../support/kubernetes/scriptedKubectl";
import { bySeverity, heads } from "../../support/mesh/mesh";
import { omit } from "../../support/omit";
import { recorded } from "../../support/preflight/live";
import type { OtherStacks } from "../../support/pulumiMocks";
import {
  AUTHORITY_STACK,
  authorityValues,
  listed,
  load,
  memberValues,
  published,
  refusalLines as lines,
} from "../../support/stacks/splitStacks";

type Values = Readonly<Record<string, unknown>>;

const HOST = "cluster1.mesh.cilium.io";
const WAY = { endpoints: [`https://${HOST}:32379`], hostAliases: { [HOST]: ["10.1.1.11"] } };

/** A cluster as the authority stack lists it, without an etcd. */
const withoutEtcd = (n: number, over: object = {}): object => ({
  ...omit(listed(n) as { etcd: unknown }, "etcd"),
  ...over,
});

/** The mesh of three as its authority stack lists it: the first publishes through its clustermesh-apiserver, with this of it. */
const clustersWith = (apiserver: object): Values => ({
  cluster1: withoutEtcd(1, { apiserver }),
  cluster2: listed(2),
  cluster3: listed(3),
});
const mixed = (ca: CA, over: object = {}): Values => clustersWith({ ...WAY, ca: { ...pair(ca), ...over } });
const pair = ({ certificate, privateKey }: CA): CA => ({ certificate, privateKey });

/** The outputs of an authority stack. */
function outputsOf(stacks: OtherStacks): { readonly registry: Registry; readonly signing: Signing } {
  return stacks[AUTHORITY_STACK] as { readonly registry: Registry; readonly signing: Signing };
}

/** The configuration of the first cluster's stack. */
const ofFirst = (over: object = {}, values: Values = {}) =>
  memberValues({ clusters: { cluster1: { context: "context1", ...over } }, ...values });

describe("stacks: a cluster with clustermesh-apiserver in a mesh of several stacks", () => {
  const kubectl = scriptedKubectl();
  let ca: TestCA;
  let stacks: OtherStacks;
  before(async () => {
    ca = await testCA();
    stacks = await published({ clusters: mixed(ca) });
  });
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("is in the registry with its way in, and its CA among what signs alone", () => {
    const { registry, signing } = outputsOf(stacks);
    assert.deepEqual(registry.clusters["cluster1"], withoutEtcd(1, { apiserver: WAY }));
    assert.doesNotMatch(JSON.stringify(registry), /BEGIN/);
    assert.deepEqual(Object.keys(signing).toSorted(), ["cluster1", "mesh.ca"]);
    const { certificate, privateKey, bundle, trust } = signing["cluster1"] ?? assert.fail();
    assert.deepEqual([certificate, bundle], [ca.certificate, ca.certificate]);
    assert.match(privateKey, /PRIVATE KEY/);
    assert.equal(trust.signs, caKeyId(ca.certificate));
    // No program of before reads it as a mesh with an etcd in every cluster, and all others read what they have read.
    assert.equal(registry.version, 3);
  });

  it("may be every one of them, and then there is no CA of the mesh", async () => {
    const all = { cluster1: withoutEtcd(1, { apiserver: { ...WAY, ca: pair(ca) } }), cluster2: listed(2) };
    const host = "cluster2.mesh.cilium.io";
    const second = withoutEtcd(2, { apiserver: { endpoints: [`https://${host}:2379`], ca: pair(ca) } });
    const both = await published({ clusters: { ...all, cluster2: second }, authority: "generated", ca: undefined });
    assert.deepEqual(Object.keys(outputsOf(both).signing), ["cluster1", "cluster2"]);
    const { plan } = await load(memberValues({ clusters: { cluster2: { context: "two", reads: "direct" } } }), both);
    assert.deepEqual(Object.keys(plan.apiserverCas), ["cluster1", "cluster2"]);
    assert.equal(caOrigin(plan.caSource), "generated");
  });

  it("is refused by the authority stack for each fact that nobody could ask for", async () => {
    const bare = await authorityValues({ clusters: clustersWith({}) });
    const why = "is not written down, and nobody asks a cluster of another stack";
    assert.deepEqual(await lines(bare), [
      `cluster "cluster1": apiserver.endpoints ${why}; write them down, with apiserver.hostAliases where DNS does not know the name; or write etcd, of a cluster in kvstore mode`,
      `cluster "cluster1": apiserver.ca ${why}; give certificate and privateKey of the CA that has signed the certificates of its clustermesh-apiserver: ca.crt and ca.key of its Secret cilium-ca; where that has no key, those of the CA that has issued them (of cert-manager, say)`,
    ]);
    const neither = await authorityValues({ clusters: { ...clustersWith({}), cluster1: withoutEtcd(1) } });
    assert.deepEqual(await lines(neither), await lines(bare));
    const unranged = {
      ...clustersWith({}),
      cluster1: omit(withoutEtcd(1, { apiserver: {} }) as { podCIDRs: unknown }, "podCIDRs"),
    };
    assert.match(
      (await lines(await authorityValues({ clusters: unranged }))).join(),
      /cluster "cluster1": podCIDRs is missing/,
    );
  });

  it("needs nothing of it once it is lost", async () => {
    const clusters = { ...clustersWith({}), cluster1: withoutEtcd(1, { lost: true }) };
    const lost = await published({ clusters });
    assert.deepEqual(Object.keys(outputsOf(lost).signing), ["mesh.ca"]);
    const { plan } = await load(ofFirst(), lost);
    assert.deepEqual(
      plan.lost.map(({ cluster: { name, reads } }) => [name, reads]),
      [["cluster1", "cached"]],
    );
  });

  it("has a CA that can sign, or the authority stack is refused", async () => {
    const mismatched = { ...pair(ca), privateKey: (await testCA()).privateKey };
    const [line, ...more] = await lines(await authorityValues({ clusters: mixed(mismatched) }));
    assert.match(
      line ?? "",
      /^cluster "cluster1": apiserver\.ca\.privateKey .*\(hidden\) does not belong to the certificate/,
    );
    assert.deepEqual(more, []);
    assert.doesNotMatch(line ?? "", /PRIVATE KEY/);
  });

  it("has its way in and its CA in the authority stack, and who reads its peers in its own", async () => {
    const there = clustersWith({ ...WAY, ca: pair(ca) });
    const clusters = { ...there, cluster1: withoutEtcd(1, { apiserver: { ...WAY, ca: pair(ca) }, reads: "cached" }) };
    assert.deepEqual(await lines(await authorityValues({ clusters })), [
      'cluster "cluster1": reads belongs to the cluster stack; set it there, and remove it here',
    ]);
    const here = await lines(ofFirst({ apiserver: { ...WAY, ca: pair(ca) }, reads: "cached" }), stacks);
    assert.deepEqual(here, [
      'cluster "cluster1": apiserver belongs to the authority stack; set it there, and remove it here',
    ]);
  });

  it("is a peer with its way in and its CA, its key a secret, for the stacks of others", async () => {
    const { plan, configuration, environment } = await load(memberValues(), stacks);
    const [first] = plan.clusters;
    assert.deepEqual([first?.name, first?.publishes, first?.clientCertificates], ["cluster1", "apiserver", "signed"]);
    assert.deepEqual(first?.etcd, WAY);
    const given = plan.apiserverCas["cluster1"] ?? assert.fail();
    assert.ok(await pulumi.isSecret(pulumi.output(given.privateKey)));
    assert.equal(given.certificate, ca.certificate);
    assert.deepEqual(given.trusted, []);
    assert.ok(plan.caSource.kind === "published");
    assert.deepEqual(Object.keys(plan.caSource.signing), ["mesh.ca"]);
    const trust = wantedTrust(meshDescription(configuration, environment));
    assert.deepEqual(trust["cluster1"], outputsOf(stacks).signing["cluster1"]?.trust);
    assert.deepEqual(Object.keys(trust).toSorted(), ["cluster1", "mesh.ca"]);
  });

  it("is looked after by its own stack, which says who reads its peers where it asks nobody", async () => {
    const { plan } = await load(ofFirst({ reads: "cached" }), stacks);
    assert.deepEqual(
      plan.managed.map(({ cluster: { name, reads } }) => [name, reads]),
      [["cluster1", "cached"]],
    );
    assert.deepEqual(await lines(ofFirst(), stacks), [
      'cluster "cluster1": reads is not written down, and no live cluster is asked (wait.preflight); write it down',
    ]);
    assert.deepEqual(
      await lines(memberValues({ clusters: { cluster2: { context: "two", reads: "cached" } } }), stacks),
      ['cluster "cluster2": reads is given beside etcd; remove it: a cluster in kvstore mode reads its peers directly'],
    );
  });

  it("is held by its own stack against what the registry has of it", async () => {
    const { configuration, environment } = await load(ofFirst({ reads: "direct" }), stacks);
    const objects = ["configmap", "deployment", "daemonset", "namespace"].map(recorded);
    const judge = async (authority: TestCA) => {
      const chart = Object.values<object>({ ...(await chartObjects({ name: "cluster1" }, authority)) });
      const items = [...objects, ...chart];
      kubectl.script(`process.stdout.write(${JSON.stringify(JSON.stringify({ kind: "List", items }))})`);
      const live = { ...configuration, wait: { ...configuration.wait, preflight: 30 } };
      const { problems } = bySeverity((await preflight(live, environment)).diagnostics);
      return heads(problems).filter((line) => line.includes("server-cert"));
    };
    const other = await judge(await testCA());
    assert.deepEqual(
      other.map((line) => line.replace(/ "CN=[^"]*"| \["CN=[^\]]*"\]/, "")),
      [
        'cluster "cluster1": Secret kube-system/clustermesh-apiserver-server-cert is not signed by apiserver.ca, by which peers verify it',
        'cluster "cluster1": Secret kube-system/clustermesh-apiserver-server-cert has another in ca.crt than apiserver.ca: its etcd refuses the certificates that peers are given',
      ],
    );
    assert.deepEqual(await judge(ca), []);
    assert.deepEqual([...new Set(kubectl.calls().map(([first]) => first))], ["--context=context1"]);
  });

  it("is refused in the cluster stacks, too, where its CA can sign no more", async () => {
    const { registry, signing } = outputsOf(stacks);
    const material = signing["cluster1"] ?? assert.fail();
    const broken = { ...signing, cluster1: { ...material, privateKey: "no key" } };
    const said = await lines(memberValues(), { [AUTHORITY_STACK]: { registry, signing: broken } });
    assert.deepEqual(
      said.map((line) => line.split(";")[0]),
      ['cluster "cluster1": apiserver.ca.privateKey (hidden) cannot be read'],
    );
    const unread = { ...signing, cluster1: { ...material, certificate: "none" } };
    const [line] = await lines(memberValues(), { [AUTHORITY_STACK]: { registry, signing: unread } });
    assert.match(line ?? "", /^cluster "cluster1": apiserver\.ca\.certificate cannot be read/);
  });

  it("rotates its CA one step at a time, told in every stack at its place", async () => {
    const [former, { root, own }] = await Promise.all([mintCA(), mintChain()]);
    const chained = { certificate: `${own.certificate}${root.certificate}`, privateKey: own.privateKey };
    const both = await published({ clusters: mixed(chained, { trusted: [former.certificate] }) });
    const { configuration, environment, plan } = await load(memberValues(), both);
    const given = plan.apiserverCas["cluster1"] ?? assert.fail();
    assert.deepEqual([given.certificate, given.trusted], [chained.certificate, [former.certificate]]);
    const { wanted } = rotationPolicy(meshDescription(configuration, environment), [], NOW);
    const ids = [own, root, former].map(({ certificate }) => caKeyId(certificate));
    assert.deepEqual(wanted.record.authorities["cluster1"], { signs: ids[0], trusts: ids.toSorted() });
    assert.deepEqual(wanted.places?.["cluster1"], { cluster: "cluster1", property: "apiserver.ca" });
  });
});
