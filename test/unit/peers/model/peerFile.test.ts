import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { SHARED_AUTHORITY } from "../../../../components/certificates/model/certificates";
import { clusterNameFault } from "../../../../components/mesh/model/names";
import {
  cacheFile,
  CLUSTERMESH_DIRECTORY,
  KVSTOREMESH_SECRET,
  pemFiles,
  peerFile,
} from "../../../../components/peers/model/peerFile";
import { hostile } from "../../support/mesh/arbitraries";
import { member } from "../../support/mesh/mesh";

describe("model: peerFile", () => {
  it("is Cilium's etcd client configuration", () => {
    assert.equal(
      peerFile(member(1), SHARED_AUTHORITY, "abc"),
      [
        "endpoints:",
        "  - https://10.1.1.1:2379",
        "trusted-ca-file: /var/lib/cilium/clustermesh/mesh.ca.crt",
        "cert-file: /var/lib/cilium/clustermesh/mesh.client.crt",
        "key-file: /var/lib/cilium/clustermesh/mesh.client.key",
        "# ca: abc",
        "",
      ].join("\n"),
    );
  });

  it("has Cilium's host aliases, in an order of their own", () => {
    const endpoints = ["https://b:2379", "https://a:2379"];
    const etcd = { endpoints, hostAliases: { b: ["10.1.1.2"], a: ["10.1.1.1", "fd00::1"] } };
    const read = parse(peerFile(member(1, { etcd }), SHARED_AUTHORITY, "abc")) as Record<string, unknown>;
    assert.deepEqual(read["endpoints"], endpoints);
    assert.deepEqual(read["cilium-host-aliases"], [
      { hostname: "a", ips: ["10.1.1.1", "fd00::1"] },
      { hostname: "b", ips: ["10.1.1.2"] },
    ]);
  });

  it("changes with the authority's certificate, for agents watch nothing else", () => {
    assert.notEqual(peerFile(member(1), SHARED_AUTHORITY, "abc"), peerFile(member(1), SHARED_AUTHORITY, "abd"));
  });

  it("is taken for a peer and read back as it was, whatever the texts in it", () => {
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 1, maxLength: 3 }),
        fc.dictionary(hostile, fc.array(hostile)),
        (endpoints, hostAliases) => {
          const file = peerFile(member(1, { etcd: { endpoints, hostAliases } }), SHARED_AUTHORITY, "abc");
          const read = parse(file) as { endpoints: unknown; "cilium-host-aliases"?: { hostname: string }[] };
          assert.ok(file.includes("endpoints:"));
          assert.deepEqual(read.endpoints, endpoints);
          assert.deepEqual(
            (read["cilium-host-aliases"] ?? []).map(({ hostname }) => hostname).sort(),
            Object.keys(hostAliases).sort(),
          );
        },
      ),
    );
  });
});

describe("model: cacheFile", () => {
  it("leads agents to their own clustermesh-apiserver, as the chart writes it", () => {
    assert.equal(
      cacheFile("cilium-system"),
      [
        "endpoints:",
        "  - https://clustermesh-apiserver.cilium-system.svc:2379",
        "trusted-ca-file: /var/lib/cilium/clustermesh/local-etcd-client-ca.crt",
        "cert-file: /var/lib/cilium/clustermesh/local-etcd-client.crt",
        "key-file: /var/lib/cilium/clustermesh/local-etcd-client.key",
        "",
      ].join("\n"),
    );
    assert.equal(KVSTOREMESH_SECRET, "cilium-kvstoremesh");
  });
});

describe("model: pemFiles", () => {
  const projected = /^(common|local)-etcd-client/;
  const names = (authority: string): readonly string[] => Object.values<string>({ ...pemFiles(authority) });

  it("are never taken for a cluster, nor for what the chart projects beside them", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][-a-z0-9]{0,30}$/), (authority) => {
        for (const name of [...names(authority), ...names(SHARED_AUTHORITY)]) {
          assert.notEqual(clusterNameFault(name), undefined);
          assert.ok(!projected.test(name));
          assert.match(name, /^[-._a-zA-Z0-9]+$/);
        }
      }),
    );
  });

  it("of two authorities share the key and nothing else", () => {
    const [a, b] = [pemFiles("east"), pemFiles("west")];
    assert.equal(a.key, b.key);
    assert.notEqual(a.certificate, b.certificate);
    assert.notEqual(a.trustedCA, b.trustedCA);
    assert.equal(new Set(["mesh", "client", "ca", SHARED_AUTHORITY].flatMap(names)).size, 4 * 2 + 1);
  });

  it("lie where the chart projects the Secret", () => {
    assert.equal(CLUSTERMESH_DIRECTORY, "/var/lib/cilium/clustermesh");
  });
});
