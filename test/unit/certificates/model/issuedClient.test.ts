import assert from "node:assert/strict";
import { issuedFaults, readIssued, usersOfIssued } from "../../../../components/certificates/model/issuedClient";
import { testCA, type TestCA, type TestLeaf } from "../../support/apiserver/certificates";
import { NOW } from "../../support/certificates/ca";

const DAY = 86_400_000;
const at = (days: number) => new Date(NOW.getTime() + days * DAY);

describe("model: a client certificate that was issued for all peers", () => {
  let ca: TestCA;
  let other: TestCA;
  before(async () => {
    [ca, other] = await Promise.all([testCA(), testCA()]);
  });

  async function faults(leaf: Partial<TestLeaf>, trusted = ca.certificate) {
    const certificate = await ca.sign({ commonName: "remote", ...leaf });
    return issuedFaults({ certificate, trusted }, "cluster1", NOW).map(({ file, reason }) => `${file} ${reason}`);
  }

  it("is fine as the chart makes it, in its name or in that of all", async () => {
    assert.deepEqual(await faults({}), []);
    assert.deepEqual(await faults({ commonName: "remote-cluster1", purpose: "client" }), []);
    assert.deepEqual(await faults({}, other.certificate + ca.certificate), []);
  });

  it("is no certificate with a name that has other rights, or none", async () => {
    for (const commonName of ["root", "admin-cluster1", "remote-cluster2", "local-cluster1"]) {
      assert.deepEqual(await faults({ commonName }), [
        "tls.crt has not the CN remote or remote-cluster1, by which its etcd knows peers",
      ]);
    }
  });

  it("is valid, for clients, and of a CA by which the server is verified", async () => {
    assert.deepEqual(await faults({ notAfter: at(-1) }), ["tls.crt ended on 2026-11-14T12:00:00.000Z"]);
    assert.deepEqual(await faults({ notBefore: at(1) }), ["tls.crt is not valid before 2026-11-16T12:00:00.000Z"]);
    assert.deepEqual(await faults({ purpose: "server" }), ["tls.crt is not for clients (extended key usage)"]);
    assert.deepEqual(await faults({}, other.certificate), ["tls.crt is signed by no CA in ca.crt"]);
  });

  it("is all in a file that can be read", async () => {
    const none = ["ca.crt has no CA by which agents could verify the server"];
    for (const trusted of ["", "x", `${ca.certificate}-----BEGIN CERTIFICATE-----`, ca.privateKey]) {
      assert.deepEqual(await faults({}, trusted), none);
    }
    assert.deepEqual(await faults({}, ca.certificate.repeat(21)), none);
    assert.deepEqual(await faults({}, ca.certificate.padEnd(70_000)), none);
    const nothing = issuedFaults({ certificate: "x", trusted: ca.certificate }, "cluster1", NOW);
    assert.deepEqual(nothing, [{ file: "tls.crt", reason: "has no certificate that agents can read" }]);
  });

  it("is given on as files, the CA that has signed it first", async () => {
    const { certificate, privateKey } = await ca.pair({ commonName: "remote" });
    const secret = { certificate: `a comment\n${certificate}`, trusted: other.certificate + ca.certificate };
    const read = readIssued(secret, privateKey, "cluster1", NOW);
    assert.ok(read.is === "usable");
    const { files } = read;
    assert.equal(files.certificate, certificate);
    assert.deepEqual(files.all, [ca.certificate, other.certificate]);
    assert.deepEqual([files.subject, files.commonName], ["CN=remote", "remote"]);
    assert.equal(files.ends.toISOString(), "2028-11-15T12:00:00.000Z");
    assert.match(files.privateKey, /^-----BEGIN PRIVATE KEY-----/);
  });

  it("is refused with a key of another certificate, or none that can be read", async () => {
    const { certificate } = await ca.pair({ commonName: "remote" });
    const { privateKey } = await ca.pair({ commonName: "remote" });
    for (const [key, reason] of [
      [privateKey, "(hidden) does not belong to tls.crt"],
      ["x", "(hidden) cannot be read"],
    ] as const) {
      const read = readIssued({ certificate, trusted: ca.certificate }, key, "cluster1", NOW);
      assert.deepEqual(read, { is: "unusable", faults: [{ file: "tls.key", reason }] });
    }
  });

  it("needs a user in the ConfigMap only under a cluster's name", () => {
    assert.deepEqual(usersOfIssued("remote"), []);
    assert.deepEqual(usersOfIssued("remote-cluster1"), ["remote-cluster1"]);
  });
});
