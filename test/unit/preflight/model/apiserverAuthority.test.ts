import assert from "node:assert/strict";
import { summaryOf } from "../../../../components/identity/model/recordedClusters";
import { apiserver } from "../../../../components/preflight/model/apiserver";
import type { ApiserverCluster } from "../../../../components/preflight/model/inspectedApiserver";
import { testCA, type TestCA, type TestLeaf } from "../../support/apiserver/certificates";
import { chartObjects, secretObject, type ChartObjects } from "../../support/apiserver/chartObjects";
import { inspectedApiserver } from "../../support/apiserver/inspectedApiserver";
import { NOW } from "../../support/certificates/ca";
import { bySeverity, lines, member } from "../../support/mesh/mesh";
import { recordText } from "../../support/record";
import { omit } from "../../support/omit";
import { node, POLICY } from "../../support/preflight/live";

const REMOTE = "Secret kube-system/clustermesh-apiserver-remote-cert";
const RESTART = "kubectl --namespace kube-system rollout restart deployment/clustermesh-apiserver";
const NOTHING = { problems: [], warnings: [], notes: [] };
const HOST = "clustermesh-apiserver.kube-system.svc";

describe("preflight: whose certificates peers of a clustermesh-apiserver are given", () => {
  let ca: TestCA;
  let other: TestCA;
  let chart: ChartObjects;
  before(async () => {
    [ca, other] = await Promise.all([testCA(), testCA()]);
    chart = await chartObjects({}, ca);
  });

  /** A Secret that Helm has not made, as cert-manager's, of a CA. */
  async function ownSecret(name: string, leaf: TestLeaf, by = ca, trusted = by.certificate) {
    const { certificate, privateKey } = await by.pair(leaf);
    const made = secretObject(name, { "tls.crt": certificate, "tls.key": privateKey, "ca.crt": trusted });
    return { ...made, metadata: { ...made.metadata, annotations: {} } };
  }

  const remote = (leaf: Partial<TestLeaf> = {}, by = ca, trusted?: string) =>
    ownSecret("clustermesh-apiserver-remote-cert", { commonName: "remote", ...leaf }, by, trusted);
  const server = (by = ca) =>
    ownSecret("clustermesh-apiserver-server-cert", { commonName: HOST, dnsNames: ["*.mesh.cilium.io"] }, by);

  function look(
    objects: Partial<ChartObjects>,
    over: Partial<ApiserverCluster> = {},
    before?: Parameters<typeof summaryOf>[2],
  ) {
    const network = { nodes: [node("n1", ["10.1.1.1"])] };
    const each = inspectedApiserver(Object.values(objects), { network }, over);
    const { ca: given } = over.written ?? {};
    const written = given === undefined ? {} : { cluster1: { apiserver: { ca: given } } };
    const recorded = before && { cluster1: { ...summaryOf(recordText(), "cluster1", before), uid: each.live.uid } };
    const found = { cluster: { ...member(1), ...each.cluster }, live: each.live };
    const { problems, warnings, notes } = bySeverity(
      apiserver(found, { ...POLICY, written, ...(recorded === undefined ? {} : { recorded }) }, NOW),
    );
    const said = { problems: lines(problems), warnings: lines(warnings), notes: lines(notes) };
    return { way: each.cluster.clientCertificates, said };
  }

  const one = (said: readonly string[]): string => {
    assert.equal(said.length, 1, said.join("\n"));
    return said[0] ?? "";
  };

  it("are signed where the key is there", () => {
    assert.deepEqual(look(chart), { way: "signed", said: NOTHING });
  });

  it("are what was issued where it is not, and that is told with what it costs", () => {
    const noKey = { ...chart, ca: secretObject("cilium-ca", { "ca.crt": ca.certificate }) };
    for (const [objects, why] of [
      [omit(chart, "ca"), "no Secret cilium-ca is there"],
      [noKey, "Secret cilium-ca has no key"],
    ] as const) {
      const { way, said } = look(objects);
      assert.equal(way, "issued");
      assert.deepEqual([said.problems, said.warnings], [[], []]);
      const note = one(said.notes);
      assert.ok(note.includes(`${REMOTE} is shown by all peers, for ${why}: they share its key`), note);
      assert.match(note, /none of them can be refused alone; after each renewal, pulumi up hands it on/);
    }
  });

  it("are warned of where each peer has one of its own until now", () => {
    const now = look(omit(chart, "ca"), {}, {}).said;
    assert.deepEqual([now.problems, now.notes], [[], []]);
    assert.match(
      one(now.warnings),
      /is shown by all peers from now on, for no Secret cilium-ca is there; until now each/,
    );
    const again = look(omit(chart, "ca"), {}, { clientCertificates: "issued" }).said;
    assert.deepEqual([again.problems, again.warnings, again.notes.length], [[], [], 1]);
  });

  it("are what was issued where Secret cilium-ca is of another CA than all the rest, as Hubble's beside cert-manager", async () => {
    const hubble = secretObject("cilium-ca", { "ca.crt": other.certificate, "ca.key": other.privateKey });
    const objects = { ...chart, ca: hubble, server: await server(), remote: await remote() };
    const { way, said } = look(objects);
    assert.equal(way, "issued");
    assert.deepEqual(said.problems, []);
    assert.match(one(said.notes), /for its etcd does not trust Secret cilium-ca/);
    // By the CA of that Secret, they are signed.
    const ofHubble = { ...objects, server: await server(other), remote: await remote({}, other) };
    assert.deepEqual(look(ofHubble), { way: "signed", said: NOTHING });
  });

  it("are not others because somebody has replaced the chart's CA: Helm is told to sign all of them, and what restarts", () => {
    const replaced = secretObject("cilium-ca", { "ca.crt": other.certificate, "ca.key": other.privateKey });
    const { way, said } = look({ ...chart, ca: replaced });
    assert.equal(way, "signed");
    assert.equal(said.problems.length, 2);
    for (const each of said.problems) {
      assert.ok(each.endsWith(`which has all of them signed by Secret cilium-ca, and then ${RESTART}`), each);
    }
  });

  it("cannot be had where neither is there, and the ways out are told", async () => {
    const noKey = await remote();
    const withoutKey = { ...noKey, data: omit(noKey.data ?? {}, "tls.key") };
    const said = one(look(omit(omit(chart, "ca"), "remote")).said.problems);
    assert.match(said, /Secret kube-system\/cilium-ca is not there .* which all peers could use, is not there either/);
    assert.match(
      said,
      /give the CA that has signed its certificates as apiserver.ca, or have Secret .*-remote-cert made/,
    );
    assert.match(
      one(look({ ...omit(chart, "ca"), remote: withoutKey }).said.problems),
      /has no tls.crt with its tls.key/,
    );
  });

  it("are of use: of a peer's name, valid, and of the CA that the etcd trusts", async () => {
    const judge = async (leaf: Partial<TestLeaf>, by = ca, trusted?: string) =>
      look({ ...omit(chart, "ca"), remote: await remote(leaf, by, trusted) }).said.problems;
    assert.match(
      one(await judge({ commonName: "admin-cluster1" })),
      /remote-cert tls.crt "CN=admin-cluster1" has not the CN/,
    );
    assert.match(one(await judge({ notAfter: new Date("2026-11-14") })), /tls.crt "CN=remote" ended on 2026-11-14/);
    const foreign = await judge({}, other);
    assert.equal(foreign.length, 2);
    assert.match(foreign.join("\n"), /is not signed by ca.crt of Secret clustermesh-apiserver-remote-cert, by which/);
    assert.match(
      foreign.join("\n"),
      /has another in ca.crt than ca.crt of .*: its etcd refuses .* have both made by one CA/,
    );
    assert.deepEqual(await judge({ commonName: "remote-cluster1" }), []);
  });

  it("are no way where this program sets the name: what carries it has to be signed", () => {
    const problems = look(omit(chart, "ca"), { identity: "set" }).said.problems;
    assert.match(
      one(problems),
      /admin-cert has to be signed again for the name that is set here, .* apiserver.ca, or have name/,
    );
    assert.deepEqual(look(chart, { identity: "set" }).said.problems, []);
  });

  it("need no users where all peers are the one that is there by itself", async () => {
    const legacy = { ...omit(await chartObjects({ authMode: "legacy" }, ca), "ca") };
    assert.deepEqual(look(legacy).said.problems, []);
    const named = { ...legacy, remote: await remote({ commonName: "remote-cluster1" }) };
    assert.match(one(look(named).said.problems), /takes no users/);
  });

  it("are signed by the CA that is given, whatever the Secrets have", async () => {
    const given = { written: { ca: { certificate: ca.certificate, privateKey: ca.privateKey } } };
    const fitting = look(omit(omit(chart, "ca"), "remote"), { ...given, clientCertificates: "signed" });
    assert.deepEqual(fitting.said, NOTHING);
    const wrong = look({ ...chart, server: await server(other) }, given);
    assert.match(wrong.said.problems.join("\n"), /is not signed by apiserver.ca, by which peers verify it; give as/);
    assert.match(wrong.said.problems.join("\n"), /has another in ca.crt than apiserver.ca/);
    // One that is not known yet is judged when it is.
    const later = { written: { ca: { certificate: "", privateKey: "" } } };
    assert.deepEqual(look(omit(omit(chart, "ca"), "remote"), later).said, NOTHING);
  });

  it("are refused by pods from before the CA, which is warned of with the command", () => {
    const since = (time: string) => {
      const status = { conditions: [{ type: "Available", lastTransitionTime: time }] };
      return look({ ...chart, deployment: { ...chart.deployment, status } }).said;
    };
    assert.deepEqual(since("2025-11-15T12:00:00Z"), NOTHING);
    const { problems, warnings } = since("2025-11-15T11:59:59Z");
    assert.deepEqual(problems, []);
    assert.match(
      one(warnings),
      /has pods from 2025-11-15T11:59:59.000Z or before, and the CA .* is from 2025-11-15T12/,
    );
    assert.ok(one(warnings).endsWith(`run ${RESTART}`));
  });
});
