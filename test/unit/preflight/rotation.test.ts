import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { validateDescription } from "../../../components";
import { caKeyId, SHARED_AUTHORITY } from "../../../components/certificates/model/certificates";
import { toEnvironment } from "../../../stacks/program/environment";
import { adoptedEndings, rotationPolicy, shortenedLeaves, weakCas } from "../../../components/preflight/rotation";
import { mintCA, NOW, type CA } from "../support/certificates/ca";
import { heads, lines } from "../support/mesh/mesh";
import { clusterConfiguration, complaints, clusters, configuration } from "../support/stacks/configuration";

const DAY_MS = 86_400_000;

/** A CA that ends in so many days. */
const ending = (days: number, subject: string) =>
  mintCA({ subject, notAfter: new Date(NOW.getTime() + days * DAY_MS) });

const withCA = (n: number, ca: CA & { readonly trusted?: readonly string[] }) =>
  clusterConfiguration(n, { etcd: { endpoints: [`https://10.1.${String(n)}.1:2379`], ca } });

function policy(values: Readonly<Record<string, unknown>>, authorities: readonly string[] = [SHARED_AUTHORITY]) {
  const read = configuration(values);
  return rotationPolicy(read, authorities, NOW);
}

describe("stacks: revisions in the configuration", () => {
  it("are read strictly", () => {
    const of = (keyRevisions: unknown) => complaints({ clusters: clusters(), keyRevisions });
    assert.deepEqual(of({ client: 0, authority: [1.5], leaf: 2 }), [
      "mesh: clustermesh:keyRevisions.client 0 is not allowed; use at least 1",
      "mesh: clustermesh:keyRevisions.authority[0] 1.5 is not allowed; give a whole number",
      "mesh: clustermesh:keyRevisions.leaf is no property known here; check its spelling, or remove it",
    ]);
  });

  it("are judged with the rest of it", () => {
    const problems = (values: Readonly<Record<string, unknown>>) => {
      const read = configuration(values);
      return heads(validateDescription(read, Object.keys(read.clusters), NOW));
    };
    assert.deepEqual(problems({ keyRevisions: { authority: [2, 2] } }), [
      "mesh: keyRevisions.authority [2,2] names a revision twice",
    ]);
    assert.deepEqual(problems({ keyRevisions: { authority: [1, 2] } }), []);
  });
});

describe("stacks: what a run is about to issue", () => {
  it("is by generated CAs of these revisions", () => {
    const { wanted, generated } = policy({ keyRevisions: { client: 3, authority: [2, 1] } });
    assert.deepEqual([generated, wanted.authority], [true, "generated"]);
    assert.deepEqual(wanted.record, {
      client: 3,
      server: 1,
      authorities: { [SHARED_AUTHORITY]: { signs: 2, trusts: [1, 2] } },
    });
  });

  it("is by adopted CAs of these keys, those of cluster by cluster or the one of all", async () => {
    const [a, b, c] = await Promise.all([mintCA(), mintCA(), mintCA()]);
    const [ida, idb, idc] = [a, b, c].map(({ certificate }) => caKeyId(certificate)) as [string, string, string];
    const own = { cluster1: withCA(1, { ...a, trusted: [c.certificate] }), cluster2: withCA(2, b) };
    const each = policy({ authority: "adopted", clusters: own }, ["cluster1", "cluster2"]);
    assert.deepEqual(each.wanted.record.authorities, {
      cluster1: { signs: ida, trusts: [ida, idc].sort() },
      cluster2: { signs: idb, trusts: [idb] },
    });
    const one = policy({ authority: "adopted", ca: b });
    assert.deepEqual(one.wanted.record.authorities, { [SHARED_AUTHORITY]: { signs: idb, trusts: [idb] } });
    assert.equal(one.generated, false);
  });

  it("says nothing of a CA that cannot be read", async () => {
    const broken = { ...(await mintCA()), certificate: "no PEM" };
    assert.deepEqual(policy({ authority: "adopted", ca: broken }).wanted.record.authorities, {});
  });

  it("trusts what is configured, with keys secret and certificates not", async () => {
    const [a, b] = await Promise.all([mintCA(), mintCA()]);
    const read = configuration({ authority: "adopted", ca: { ...a, trusted: [b.certificate] } });
    const { authority: caSource } = toEnvironment(read);
    assert.ok(caSource.kind === "adopted");
    assert.deepEqual(caSource.authority.trusted, [b.certificate]);
    assert.ok(await pulumi.isSecret(pulumi.output(caSource.authority.privateKey)));
  });
});

describe("stacks: what an adopted CA signs", () => {
  const said = (values: Readonly<Record<string, unknown>>) => {
    const read = configuration({ authority: "adopted", ...values });
    return lines(shortenedLeaves(read, NOW));
  };

  it("ends before the CA does, and the preview says so", async () => {
    const [short, long] = await Promise.all([ending(300, "CN=short"), ending(400, "CN=long")]);
    assert.deepEqual(said({ clusters: { cluster1: withCA(1, short), cluster2: withCA(2, long) } }), [
      'cluster "cluster1": etcd.ca ends before 365 days (certificates.leafDays) are over; what it signs lives for 182 days; its successor makes that longer again',
    ]);
    const { leaves } = policy({ authority: "adopted", ca: short });
    assert.deepEqual(leaves, { [SHARED_AUTHORITY]: { days: 182, renewBeforeDays: 60 } });
    assert.deepEqual(policy({ authority: "adopted", ca: long }).leaves, {});
  });

  it("is warned of where the CA is weak, and only there", async () => {
    const ca = await mintCA();
    assert.deepEqual(weakCas(configuration({ authority: "adopted", ca })), []);
    const weak = await mintCA({ key: "RSA-1024" });
    const read = configuration({ authority: "adopted", ca: { ...ca, trusted: [weak.certificate] } });
    assert.deepEqual(lines(weakCas(read)), [
      'mesh: clustermesh:ca.trusted[0] "CN=etcd-ca" has a key of 1024 bits, which can be broken; replace it by a CA of today, one step of a rotation at a time',
    ]);
  });
});

describe("stacks: adopted CAs that end", () => {
  it("are warned of from the threshold on, at their place, with what to do", async () => {
    const [soon, next, far] = await Promise.all([ending(20, "CN=soon"), ending(29, "CN=next"), ending(31, "CN=far")]);
    const values = {
      authority: "adopted",
      clusters: { cluster1: withCA(1, { ...soon, trusted: [next.certificate] }), cluster2: withCA(2, far) },
    };
    assert.deepEqual(heads(adoptedEndings(configuration(values), NOW)), [
      'cluster "cluster1": etcd.ca.certificate "CN=soon" ends on 2026-12-05, in 20 days',
      'cluster "cluster1": etcd.ca.trusted[0] "CN=next" ends on 2026-12-14, in 29 days',
    ]);
    const [line] = lines(adoptedEndings(configuration({ authority: "adopted", ca: soon }), NOW));
    assert.match(line ?? "", /^mesh: clustermesh:ca\.certificate "CN=soon" ends .*; put its successor into trusted/);
  });

  it("are not those of a generated authority", () => {
    assert.deepEqual(adoptedEndings(configuration(), NOW), []);
  });
});
