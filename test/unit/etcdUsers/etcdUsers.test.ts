import assert from "node:assert/strict";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { commandInput, runMesh, type MeshOptions, type MeshRun } from "../support/meshProgram";
import { omit } from "../support/omit";
import { isWrappedSecret, unwrapped, valueOf, type Registered } from "../support/pulumiMocks";

const MANAGED: MeshOptions = { clusters: [1, 2, 3], settings: { etcdUsers: "manage" } };

/** Names of everything that is there for users alone. */
const forUsers = (ran: MeshRun) =>
  ran.resources.map(({ name }) => name).filter((name) => /etcd-(users|admin)/.test(name));

const command = (ran: MeshRun, n: number) => ran.one("Command", `clustermesh-cluster${String(n)}-etcd-users`);

function sent({ wrapped }: Registered): Readonly<Record<string, string>> {
  const { stdin } = wrapped as { stdin?: unknown };
  assert.ok(isWrappedSecret(stdin));
  return JSON.parse(String(unwrapped(stdin))) as Record<string, string>;
}

/** Whether a resource waits for another, of itself and not through others. */
const waitsFor = (later: Registered, earlier: Registered) => later.dependencies.includes(earlier.urn);

/** Whether it does so through others. */
function follows(ran: MeshRun, later: Registered, earlier: Registered): boolean {
  const before = ran.resources.filter((each) => waitsFor(later, each));
  return before.some((each) => each.urn === earlier.urn || follows(ran, each, earlier));
}

describe("components: users of etcd", () => {
  let ran: MeshRun;
  before(async () => {
    ran = await runMesh(MANAGED);
  });

  it("are none where they are not managed, and the output is absent", async () => {
    const off = await runMesh({ clusters: [1, 2, 3] });
    assert.deepEqual(forUsers(off), []);
    assert.equal(off.result.etcdUsers, undefined);
  });

  it("are one command a cluster, and one administrator for the mesh", () => {
    assert.deepEqual([...forUsers(ran)].sort(), [
      "clustermesh-cluster1-etcd-users",
      "clustermesh-cluster2-etcd-users",
      "clustermesh-cluster3-etcd-users",
      "clustermesh-etcd-admin-cert",
      "clustermesh-etcd-admin-key",
      "clustermesh-etcd-admin-request",
    ]);
    const { inputs } = ran.one("CertRequest", "clustermesh-etcd-admin-request");
    assert.deepEqual(inputs["subject"], { commonName: "root" });
    const uses = ran.one("LocallySignedCert", "clustermesh-etcd-admin-cert").inputs["allowedUses"] as string[];
    assert.ok(uses.includes("client_auth") && !uses.includes("server_auth"));
  });

  it("are granted, granted again, and revoked", () => {
    const { inputs } = command(ran, 1);
    assert.deepEqual([inputs["create"], inputs["update"], inputs["delete"]], ["grant", "grant", "revoke"]);
  });

  it("are those of the other clusters, in the etcd as the program dials it", async () => {
    assert.deepEqual(commandInput(command(ran, 2)), {
      cluster: "cluster2",
      endpoints: ["https://10.1.2.1:2379"],
      peers: { context: "context2", secret: { namespace: "kube-system", name: "cilium-clustermesh" } },
      users: ["remote-cluster1", "remote-cluster3"],
    });
    const etcd = { endpoints: ["https://10.1.2.1:2379"], adminEndpoints: ["https://127.0.0.1:12379"] };
    const elsewhere = await runMesh({ ...MANAGED, specs: { 2: { etcd } } });
    assert.deepEqual(commandInput(command(elsewhere, 2))["endpoints"], ["https://127.0.0.1:12379"]);
  });

  it("are managed with what goes through standard input alone, as a secret", () => {
    const secrets = sent(command(ran, 1));
    assert.deepEqual(Object.keys(secrets), ["etcd.ca", "etcd.certificate", "etcd.privateKey"]);
    assert.equal(secrets["etcd.ca"], "certificate clustermesh-ca-cert");
    assert.equal(secrets["etcd.certificate"], "certificate clustermesh-etcd-admin-cert");
    assert.match(secrets["etcd.privateKey"] ?? "", /PRIVATE KEY-----\nclustermesh-etcd-admin-key/);
    assert.doesNotMatch(JSON.stringify(omit(command(ran, 1).inputs, "stdin")), /PRIVATE KEY|etcd-admin/);
  });

  it("are managed with a certificate from each etcd's own authority, for one key", async () => {
    const { perCluster } = await adoptedCas();
    const own = await runMesh({ ...MANAGED, authority: perCluster });
    for (const n of [1, 2, 3]) {
      const name = `cluster${String(n)}`;
      const secrets = sent(command(own, n));
      assert.equal(secrets["etcd.ca"], perCluster.authorities[name]?.certificate);
      assert.equal(secrets["etcd.certificate"], `certificate clustermesh-etcd-admin-cert/${name}`);
    }
    assert.equal(own.all("PrivateKey").filter(({ name }) => name.includes("admin")).length, 1);
  });

  it("come after what could speak against it and the server's certificate, and before the cluster's own peers", () => {
    const users = command(ran, 1);
    assert.ok(waitsFor(users, ran.one("Command", "clustermesh-cluster1-original-config")));
    assert.ok(waitsFor(users, ran.one("v1:Secret", "clustermesh-cluster1-etcd-server")));
    assert.ok(follows(ran, ran.one("v1:Secret", "clustermesh-cluster1-peers"), users));
    for (const n of [1, 2, 3]) {
      assert.ok(follows(ran, ran.one("Command", "clustermesh-check"), command(ran, n)));
    }
  });

  it("of other clusters are waited for by no cluster, or the graph would grow with the square of the mesh", () => {
    const ofCluster2 = ran.resources.filter(({ name }) => name.startsWith("clustermesh-cluster2-"));
    assert.ok(ofCluster2.length > 5);
    assert.deepEqual(
      ofCluster2.filter((each) => waitsFor(each, command(ran, 1))).map(({ name }) => name),
      [],
    );
  });

  it("are told of by cluster, in the open", async () => {
    const { etcdUsers } = ran.result;
    assert.equal(await valueOf(etcdUsers?.["cluster1"]), "enforced");
    assert.match(await valueOf(etcdUsers?.["cluster2"]), /^prepared, but authentication is off/);
  });

  it("of a lost cluster are asked nothing, and are nobody's peers", async () => {
    const without = await runMesh({ ...MANAGED, specs: { 3: { lost: true } } });
    const lost = command(without, 3);
    assert.deepEqual(commandInput(lost), {
      cluster: "cluster3",
      endpoints: ["https://10.1.3.1:2379"],
      users: [],
      lost: true,
    });
    assert.ok(!("stdin" in lost.inputs));
    assert.equal(lost.urn, command(ran, 3).urn);
    assert.deepEqual(commandInput(command(without, 1))["users"], ["remote-cluster2"]);
  });
});
