import assert from "node:assert/strict";
import { FIELD_MANAGER, OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import { claimText } from "../../../../components/apiserver/model/usersClaim";
import { USERS_ANNOTATION } from "../../../../components/apiserver/model/usersObject";
import { targetsOf } from "../../../../components/identity/model/recorded";
import { usersDrift } from "../../../../components/preflight/model/usersDrift";
import { usersProblems } from "../../../../components/preflight/model/users";
import { chartObjects, type ChartObjects } from "../../support/apiserver/chartObjects";
import { inspectedApiserver } from "../../support/apiserver/inspectedApiserver";
import { lines, member } from "../../support/mesh/mesh";
import { omit } from "../../support/omit";
import { POLICY, type LiveObject } from "../../support/preflight/live";

const OWNER = POLICY.owner;
const TARGETS = targetsOf(POLICY.cilium, POLICY.peerSecret);
const PEERS = ["remote-cluster2", "remote-cluster3"];
const FIX = "; pulumi up writes it again";
const NAME = 'cluster "cluster1": ConfigMap kube-system/clustermesh-remote-users';

const entry = (name: string, role = "remote") => `- name: ${name}\n  role: ${role}\n`;
const text = (...names: readonly string[]) => `users:\n${names.map((name) => entry(name)).join("")}`;
const claim = (owner = OWNER, users = PEERS) => claimText({ owner, users });

/** The ConfigMap with this text, and with these annotations of a stack's. */
function configMap(users: string, annotations: Readonly<Record<string, string>> = {}, manager = "helm"): LiveObject {
  const managedFields = [{ manager, operation: "Apply", fieldsV1: { "f:data": { "f:users.yaml": {} } } }];
  const metadata = { name: "clustermesh-remote-users", uid: "u", resourceVersion: "9", annotations, managedFields };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "users.yaml": users } };
}

describe("preflight: users of the peers of a clustermesh-apiserver", () => {
  let chart: ChartObjects;
  before(async () => {
    chart = await chartObjects();
  });

  const clusters = [1, 2, 3].map((n) => member(n, { publishes: "apiserver", identity: "asInstalled" }));

  /** @param known The clusters of the last `up`. @param lost That of them which was lost. */
  function look(
    users: LiveObject | undefined,
    known = ["cluster1", "cluster2", "cluster3"],
    of = clusters,
    made = chart,
    lost = "",
  ) {
    const objects = [...Object.values(omit(made, "users")), ...(users === undefined ? [] : [users])];
    const { live } = inspectedApiserver(objects);
    const [cluster] = of;
    assert.ok(cluster);
    const before = { uid: live.uid, set: {}, targets: TARGETS };
    const recorded = Object.fromEntries(
      known.map((name) => [name, name === lost ? { ...before, lost: true as const } : before]),
    );
    const policy = { ...POLICY, recorded };
    const drift = usersDrift(of, new Map([["cluster1", live]]), policy, new Date(0));
    return {
      drift: drift.changes,
      warnings: lines(drift.diagnostics),
      problems: lines(usersProblems({ cluster, live }, of, policy)),
    };
  }
  const FINE = { drift: {}, warnings: [], problems: [] };
  const OURS = { [OWNER_ANNOTATION]: OWNER, [USERS_ANNOTATION]: claim() };

  it("are as they were left, in a ConfigMap of this stack's and in one of Helm's", () => {
    assert.deepEqual(look(configMap(text(...PEERS), OURS, FIELD_MANAGER)), FINE);
    assert.deepEqual(look(configMap(text("remote-x", ...PEERS), { [USERS_ANNOTATION]: claim() })), FINE);
    // Helm has all of them: none is ours, and nothing tells of us.
    assert.deepEqual(look(configMap(text(...PEERS))), FINE);
  });

  it("are none of a cluster that was not meshed yet, or has its users in etcd", () => {
    assert.deepEqual(look(undefined, []), FINE);
    assert.deepEqual(look(configMap(text()), []), FINE);
    assert.deepEqual(look(undefined, undefined, [member(1), member(2)]), FINE);
  });

  it("are missed where the ConfigMap is not there, each time anew", () => {
    const { drift, warnings } = look(undefined);
    assert.deepEqual(drift, { cluster1: " 1970-01-01T00:00:00.000Z" });
    assert.deepEqual(warnings, [
      `${NAME} is not there: its clustermesh-apiserver lets no peer in, and a new pod of it does not start${FIX}`,
    ]);
  });

  it("are missed by name, where one was taken away or got another role", () => {
    for (const users of [text("remote-cluster3"), `${text("remote-cluster3")}${entry("remote-cluster2", "root")}`]) {
      const { drift, warnings } = look(configMap(users, OURS, FIELD_MANAGER));
      assert.deepEqual(drift, { cluster1: "u 9" });
      assert.deepEqual(warnings, [`${NAME} has no user remote-cluster2 any more${FIX}`]);
    }
    const upgraded = look(configMap(text("remote-x")));
    assert.deepEqual(upgraded.warnings, [`${NAME} has no user remote-cluster2, remote-cluster3 any more${FIX}`]);
  });

  it("are not missed where their clusters come only now, or have left", () => {
    const one = { [OWNER_ANNOTATION]: OWNER, [USERS_ANNOTATION]: claim(OWNER, ["remote-cluster2"]) };
    assert.deepEqual(look(configMap(text("remote-cluster2"), one, FIELD_MANAGER), ["cluster1", "cluster2"]), FINE);
    assert.deepEqual(look(configMap(text(...PEERS), OURS, FIELD_MANAGER), undefined, clusters.slice(0, 2)), FINE);
  });

  it("are not missed where their cluster was lost, and is back", () => {
    const one = { [OWNER_ANNOTATION]: OWNER, [USERS_ANNOTATION]: claim(OWNER, ["remote-cluster2"]) };
    const back = look(configMap(text("remote-cluster2"), one, FIELD_MANAGER), undefined, clusters, chart, "cluster3");
    assert.deepEqual(back, FINE);
  });

  it("are missed by what the ConfigMap tells, where no last up does", () => {
    const { warnings } = look(configMap(text(), OURS, FIELD_MANAGER), ["cluster1"]);
    assert.deepEqual(warnings, [`${NAME} has no user remote-cluster2, remote-cluster3 any more${FIX}`]);
  });

  it("have an annotation that tells whose they are: one that is gone or edited is written again", () => {
    const gone = look(configMap(text(...PEERS), { [OWNER_ANNOTATION]: OWNER }, FIELD_MANAGER));
    assert.deepEqual(gone.warnings, [`${NAME} has lost its annotation cilium-clustermesh/users${FIX}`]);
    const edited = look(configMap(text(...PEERS), { ...OURS, [USERS_ANNOTATION]: "{}" }, FIELD_MANAGER));
    assert.deepEqual(edited.problems, []);
    assert.match(edited.warnings[0] ?? "", /has an annotation cilium-clustermesh\/users that was edited/);
  });

  it("are those of the certificate that all peers show, where its CA's key is elsewhere", async () => {
    const issued = clusters.map((each) => ({ ...each, clientCertificates: "issued" as const }));
    const none = { [OWNER_ANNOTATION]: OWNER, [USERS_ANNOTATION]: claim(OWNER, []) };
    const shown = (made: ChartObjects) => look(configMap("users: []\n", none, FIELD_MANAGER), undefined, issued, made);
    // Every clustermesh-apiserver has the user `remote` by itself.
    assert.deepEqual(shown(chart), FINE);
    const [first] = shown(await chartObjects({ authMode: "cluster" })).warnings;
    assert.equal(first, `${NAME} has no user remote-cluster1 any more${FIX}`);
  });

  it("are refused beforehand where the step could not write them", () => {
    const refused = (users: LiveObject, known: string[] = []) => {
      const { problems, warnings } = look(users, known);
      assert.deepEqual(warnings, []);
      assert.equal(problems.length, 1, problems.join("\n"));
      return problems[0] ?? "";
    };
    const others = configMap(text(...PEERS), { [USERS_ANNOTATION]: claim("clustermesh/other") });
    assert.match(refused(others), /"clustermesh\/other" is the mark of another stack/);
    assert.match(refused(others, ["cluster1"]), /"clustermesh\/other" is the mark of another stack/);
    const wrong = refused(configMap(`users:\n${entry("remote-cluster2", "root")}`));
    assert.match(wrong, /users\.yaml user remote-cluster2 role "root" is not "remote"/);
    assert.match(
      refused(configMap("users: 7\n")),
      /users\.yaml has something else than a list .*\(kubectl edit configmap/,
    );
    assert.match(refused(configMap(`users: # ${"x".repeat(100_000)}\n`)), /is no YAML .* or longer/);
    assert.match(refused(configMap(text(), { [USERS_ANNOTATION]: "{}" })), /cannot be read: it was edited/);
  });
});
