import assert from "node:assert/strict";
import {
  caKeyId,
  caNamer,
  caBundle,
  caHash,
  certificatesHash,
  clientCommonName,
  readCertificates,
  serverNames,
  SHARED_AUTHORITY,
} from "../../../../components/certificates/model/certificates";
import { authorityLifetime, leafLifetime } from "../../../../components/certificates/model/lifetimes";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { mintCA } from "../../support/certificates/ca";
import { member } from "../../support/mesh/mesh";

describe("model: who signs", () => {
  it("is one authority for all", () => {
    assert.equal(caNamer([member(1)], "shared")(member(1)), SHARED_AUTHORITY);
  });

  it("or each cluster's own", () => {
    assert.equal(caNamer([member(1)], "perCluster")(member(1)), "cluster1");
  });

  it("is a cluster's own in any case, where it publishes through its clustermesh-apiserver", () => {
    const own = member(1, { publishes: "apiserver" });
    assert.equal(caNamer([own], "shared")(own), "cluster1");
  });

  it("is one for clusters that have one CA, under the first of their names", () => {
    const own = (name: string, ca: string) => member(1, { name, publishes: "apiserver", ca });
    const [a, b, other] = [own("a", "1"), own("b", "1"), own("0", "2")];
    for (const scope of ["shared", "perCluster"] as const) {
      assert.deepEqual([a, b, other].map(caNamer([b, other, a], scope)), ["a", "a", "0"]);
    }
    assert.equal(caNamer([b, other], "shared")(b), "b");
  });
});

describe("model: names in certificates", () => {
  it("of a client are Cilium's user names", () => {
    assert.equal(clientCommonName("east"), "remote-east");
  });

  it("of a server are whatever a peer may dial, each once", () => {
    const endpoints = [
      "https://10.1.1.1:2379",
      "https://10.1.1.1:2380",
      "https://[fd00:0::1]:2379",
      "https://Etcd.East:2379",
      "https://cluster1.mesh.cilium.io:2379",
    ];
    assert.deepEqual(serverNames(member(1, { etcd: { endpoints } })), {
      commonName: "cluster1.mesh.cilium.io",
      dnsNames: ["cluster1.mesh.cilium.io", "etcd.east"],
      ipAddresses: ["10.1.1.1", "fd00::1"],
    });
  });

  it("of a server are whatever the program dials, too", () => {
    const etcd = {
      endpoints: ["https://10.1.1.1:2379"],
      adminEndpoints: ["https://127.0.0.1:12379", "https://bastion:1"],
    };
    const { dnsNames, ipAddresses } = serverNames(member(1, { etcd }));
    assert.deepEqual(
      [dnsNames, ipAddresses],
      [
        ["cluster1.mesh.cilium.io", "bastion"],
        ["10.1.1.1", "127.0.0.1"],
      ],
    );
  });

  it("fit into a common name, which holds 64 characters", () => {
    const longest = "a".repeat(32);
    assert.ok(clientCommonName(longest).length <= 64);
    assert.ok(serverNames(member(1, { name: longest })).commonName.length <= 64);
  });
});

describe("model: caHash", () => {
  it("changes with the certificate and not with the space around it", () => {
    assert.equal(caHash("PEM\n"), caHash("PEM"));
    assert.notEqual(caHash("PEM"), caHash("PEN"));
    assert.match(caHash("PEM"), /^[0-9a-f]{16}$/);
  });
});

describe("model: caBundle", () => {
  it("is a single CA as it is, byte for byte", () => {
    assert.equal(caBundle(["PEM\n\n"]), "PEM\n\n");
    assert.equal(caBundle(["PEM\n", "PEM"]).trim(), "PEM");
  });

  it("has each CA once, whichever signs", () => {
    const both = caBundle(["A\n", "B"]);
    assert.equal(caBundle(["B", "A"]), both);
    assert.deepEqual(both.split("\n").sort(), ["", "A", "B"]);
    assert.notEqual(caHash(both), caHash("A"));
  });
});

describe("model: certificatesHash", () => {
  it("changes with each of them, and with what is there at all", () => {
    const hashes = [[], ["A"], ["A", "B"], ["B", "A"], ["AB"]].map(certificatesHash);
    assert.equal(new Set(hashes).size, hashes.length);
    assert.match(hashes[0] ?? "", /^[0-9a-f]{16}$/);
  });
});

describe("model: reading certificates", () => {
  it("reads all of a bundle, and leaves out what is none", async () => {
    const notAfter = new Date("2027-01-02T03:04:05Z");
    const [a, b] = await Promise.all([
      mintCA({ subject: "CN=a", notAfter }),
      mintCA({ subject: "CN=b,O=c", notAfter }),
    ]);
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert.deepEqual(readCertificates(`text\n${a.certificate}\n${broken}${b.certificate}`), [
      { subject: "CN=a", ends: notAfter },
      { subject: "CN=b, O=c", ends: notAfter },
    ]);
    assert.deepEqual(readCertificates(a.privateKey), []);
  });

  it("knows a CA by its key", async () => {
    const [a, b] = await Promise.all([mintCA(), mintCA()]);
    assert.match(caKeyId(a.certificate), /^[0-9a-f]{16}$/);
    assert.notEqual(caKeyId(a.certificate), caKeyId(b.certificate));
    assert.throws(() => caKeyId("no PEM"));
  });
});

describe("model: default lifetimes", () => {
  it("are Cilium's, and leave time to renew", () => {
    const { certificates } = DEFAULT_SETTINGS;
    assert.deepEqual(authorityLifetime(certificates), { days: 1095, renewBeforeDays: 120 });
    assert.deepEqual(leafLifetime(certificates), { days: 365, renewBeforeDays: 60 });
  });
});
