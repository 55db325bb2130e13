import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { planCluster } from "../../../lab/clusterPlan";
import { createAuthority, issueLeaf, type LeafSpec, type Pair } from "../../../lab/pki/certificate";
import { clusterPki, ensureClusterPki } from "../../../lab/pki/clusterPki";
import { testFolder } from "../../support/testFolder";

let authority: Pair;
let server: Pair;
const client = (of: Pair, validity: Pick<LeafSpec, "notBefore" | "notAfter"> = {}): Promise<Pair> =>
  issueLeaf(of, { commonName: "client", organization: "o", usages: ["client"], ...validity });

/** Whether a TLS server that asks for client certificates lets this one in. */
function handshake(shown: Pair): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const listener = createServer(
      { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      (socket) => socket.end("welcome"),
    );
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address() as AddressInfo;
      const socket = connect({ host: "127.0.0.1", port, ca: authority.cert, cert: shown.cert, key: shown.key });
      let welcomed = false;
      socket.once("data", () => {
        welcomed = true;
      });
      // Refused: an error or just the end of the connection, whichever comes first.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        listener.close((error) => {
          if (error === undefined) resolve(welcomed);
          else reject(error);
        });
      });
    });
  });
}

describe("lab: certificates", () => {
  const folder = testFolder();
  before(async () => {
    authority = await createAuthority("an authority");
    server = await issueLeaf(authority, {
      commonName: "server",
      usages: ["server"],
      dnsNames: ["a.example"],
      ips: ["127.0.0.1"],
    });
  });

  it("chain to their authority, fit their keys and carry names, addresses and usages", async () => {
    const [ca, leaf] = [new X509Certificate(authority.cert), new X509Certificate(server.cert)];
    assert.ok(ca.ca && !leaf.ca);
    assert.ok(leaf.verify(ca.publicKey) && leaf.checkIssued(ca) && ca.verify(ca.publicKey));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(server.key)));
    assert.equal(leaf.subjectAltName, "DNS:a.example, IP Address:127.0.0.1");
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(new X509Certificate((await client(authority)).cert).subject, "O=o\nCN=client");
    assert.ok(new Date(leaf.validFrom) < new Date() && new Date(leaf.validTo) > new Date());
  });

  it("open a server that trusts their authority, and no other", async () => {
    assert.equal(await handshake(await client(authority)), true);
    assert.equal(await handshake(await client(await createAuthority("an authority"))), false);
    assert.equal(await handshake(server), false);
  });

  it("hold only in their time", async () => {
    const [past, future] = [new Date("2020-01-01T00:00:00Z"), new Date("2051-01-01T00:00:00Z")];
    const expired = await client(authority, { notBefore: past, notAfter: new Date("2020-01-02T00:00:00Z") });
    const { validFrom, validTo } = new X509Certificate(expired.cert);
    assert.deepEqual([validFrom, validTo], ["Jan  1 00:00:00 2020 GMT", "Jan  2 00:00:00 2020 GMT"]);
    assert.equal(await handshake(expired), false);
    assert.equal(await handshake(await client(authority, { notBefore: past, notAfter: future })), true);
    assert.equal(
      await handshake(await client(authority, { notBefore: new Date("2050-01-01"), notAfter: future })),
      false,
    );
  });

  it("are joined to a bundle as they are", async () => {
    const bundle = (await createAuthority("another")).cert + authority.cert;
    assert.equal(bundle.match(/^-----BEGIN CERTIFICATE-----$/gm)?.length, 2);
  });

  it("take addresses of both families, and nothing else for one", async () => {
    const { cert } = await issueLeaf(authority, {
      commonName: "x",
      usages: ["server"],
      ips: ["10.1.1.1", "fd00:1::1"],
    });
    const leaf = new X509Certificate(cert);
    assert.deepEqual([leaf.checkIP("10.1.1.1"), leaf.checkIP("fd00:1::1")], ["10.1.1.1", "fd00:1::1"]);
    await assert.rejects(
      issueLeaf(authority, { commonName: "x", usages: ["server"], ips: ["a.example"] }),
      /x: "a\.example"/,
    );
  });

  it("of a cluster are made once, readable by their owner alone, by three authorities", async () => {
    const dir = folder();
    const pki = clusterPki(dir);
    await ensureClusterPki(dir, planCluster(0, 1));
    const before = readFileSync(pki.admin.keyFile, "utf8");
    await ensureClusterPki(dir, planCluster(0, 1));
    assert.equal(readFileSync(pki.admin.keyFile, "utf8"), before);
    for (const file of readdirSync(join(dir, "pki")))
      assert.equal(statSync(join(dir, "pki", file)).mode & 0o777, 0o600);
    const read = (file: string): X509Certificate => new X509Certificate(readFileSync(file));
    const ciliumCa = read(pki.ciliumEtcd.ca.certFile).publicKey;
    assert.ok(read(pki.ciliumEtcd.client.certFile).verify(ciliumCa));
    assert.ok(!read(pki.apiEtcd.client.certFile).verify(ciliumCa));
    assert.ok(!read(pki.admin.certFile).verify(ciliumCa));
    for (const [server, ips] of [
      [pki.apiServer, ["127.100.1.1", "10.1.1.1", "fd00:1::1", "10.96.0.1", "fd00:96::1"]],
      [pki.ciliumEtcd.server, ["127.100.1.1", "10.1.1.1", "fd00:1::1"]],
    ] as const) {
      for (const ip of ips) assert.equal(read(server.certFile).checkIP(ip), ip);
    }
  });
});
