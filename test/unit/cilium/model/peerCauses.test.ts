import assert from "node:assert/strict";
import fc from "fast-check";
import {
  causeOf,
  complaintsOf,
  isBeingEmptied,
  troubleshootSection,
} from "../../../../components/cilium/model/peerCauses";
import { textFixture } from "../../support/fixtures";

const troubleshoot = (name: string) => textFixture(`troubleshoot/${name}.txt`);
const log = (name: string) => textFixture(`troubleshoot/log-${name}.txt`);
const healthy = troubleshoot("healthy");

describe("model: what troubleshoot says of a peer", () => {
  const causes: Readonly<Record<string, RegExp>> = {
    refused: /^nothing listens at 10\.1\.2\.1:2379, the etcd of cluster2 \(connection refused\)$/,
    timeout: /^no packets reach 10\.1\.2\.1:2379, the etcd of cluster2 \(i\/o timeout\)$/,
    "no-route": /^no packets reach .*\(no route to host\)$/,
    dns: /^the name of the etcd of cluster2 cannot be resolved \(lookup etcd\.cluster2\.internal .*no such host\)$/,
    "unknown-ca":
      /^the certificate of the etcd at 10\.1\.2\.1:2379 is signed by another CA than the one that the peers of cluster2/,
    expired: /has expired or is not yet valid \(current time 2026-11-24T05:00:00Z is after 2026-11-20T00:00:00Z\)$/,
    "not-yet-valid": /has expired or is not yet valid \(current time \S+ is before 2026-11-25T00:00:00Z\)$/,
    "other-name": /is for another name \(certificate is valid for 10\.1\.2\.9, 127\.0\.0\.1, not 10\.1\.2\.1\)$/,
    "client-ca": /^the etcd of cluster2 does not trust the CA that signed this cluster's client certificate$/,
    "client-unknown-ca": /^the etcd of cluster2 does not trust the CA that signed this cluster's client certificate$/,
    "client-refused":
      /^the etcd of cluster2 refuses this cluster's client certificate \(remote error: tls: bad certificate\)$/,
    "client-expired": /^the etcd of cluster2 refuses this cluster's client certificate, which it takes for expired/,
    permission: /^the etcd of cluster2 lets this cluster's user read nothing of Cilium$/,
  };
  for (const [name, sentence] of Object.entries(causes)) {
    it(`${name} is a cause of the peer, and of no other`, () => {
      const cause = causeOf("cluster2", troubleshoot(name), "");
      assert.match(cause?.sentence ?? "", sentence);
      assert.ok(cause !== undefined && cause.fix !== "" && !/\$/.test(cause.sentence + cause.fix), cause?.fix);
      assert.equal(causeOf("cluster3", troubleshoot(name), ""), undefined);
    });
  }

  it("is a matter of the clock where a certificate is not valid yet, and may be one where it is refused", () => {
    const fix = (name: string) => causeOf("cluster2", troubleshoot(name), "")?.fix ?? "";
    assert.match(
      fix("not-yet-valid"),
      /^set the clock of this cluster's nodes, which are behind: certificates are valid from the moment/,
    );
    assert.match(fix("client-expired"), /^renew it \(pulumi up\), or set the clock of the nodes of that etcd/);
    assert.equal(fix("expired"), "renew it (pulumi up)");
  });

  it("is understood as Cilium 1.20.2 itself has said it, against TLS servers made wrong for this", () => {
    const recorded = troubleshoot("recorded");
    const said: Readonly<Record<string, RegExp>> = {
      clientexp: /refuses this cluster's client certificate, which it takes for expired/,
      clientother: /does not trust the CA that signed this cluster's client certificate/,
      clientsame: /does not trust the CA that signed this cluster's client certificate/,
      dns: /etcd of dns cannot be resolved \(lookup etcd\.nowhere\.invalid .*no such host\)/,
      expired: /has expired or is not yet valid \(current time \S+ is after 2026-02-01T00:00:00Z\)/,
      future: /has expired or is not yet valid \(current time \S+ is before 2029-01-01T00:00:00Z\)/,
      missing: /cannot read its configuration of missing \(open .*no such file or directory\)/,
      notthere: /the agent has no configuration of notthere/,
      otherca: /at 127\.0\.0\.1:24840 is signed by another CA/,
      othername: /is for another name \(certificate is valid for 127\.0\.0\.9, not 127\.0\.0\.1\)/,
      refused: /nothing listens at 127\.0\.0\.1:9/,
    };
    for (const [peer, sentence] of Object.entries(said)) {
      assert.match(causeOf(peer, recorded, "")?.sentence ?? "", sentence, peer);
    }
  });

  it("is no cause where all is well, or where the peer is not spoken of", () => {
    assert.equal(causeOf("cluster2", healthy, ""), undefined);
    assert.equal(causeOf("cluster", troubleshoot("refused"), ""), undefined);
    assert.equal(causeOf("cluster2", "no answer within 20 s", ""), undefined);
  });

  it("says that a configuration has not arrived", () => {
    const said = 'Found 0 cluster configurations\n\nCluster "cluster2":\n❌ Configuration not found\n';
    assert.equal(causeOf("cluster2", said, "")?.sentence, "the agent has no configuration of cluster2");
  });

  it("is cut at the headings", () => {
    assert.match(troubleshootSection(healthy, "cluster2") ?? "", /^📄 Configuration path: \S+\/cluster2\n/);
    assert.doesNotMatch(troubleshootSection(healthy, "cluster2") ?? "", /cluster3/);
    assert.equal(troubleshootSection(healthy, "cluster9"), undefined);
  });
});

describe("model: what an agent logs of a peer that it refuses", () => {
  const causes: Readonly<Record<string, RegExp>> = {
    "duplicate-local":
      /^cluster2 says that its id is 101, which is this cluster's own: the agent refuses it as a duplicate id$/,
    "duplicate-peer":
      /^cluster2 says that its id is 103, which another peer has: the agent refuses it as a duplicate id$/,
    "max-clusters": /^this cluster was installed for 511 clusters, and cluster2 for 255 \(max-connected-clusters\)$/,
    "config-missing": /^the etcd of cluster2 has no cilium\/cluster-config\/cluster2$/,
    "config-forbidden": /^this cluster's user may not read cilium\/cluster-config\/cluster2 in the etcd of cluster2$/,
  };
  for (const [name, sentence] of Object.entries(causes)) {
    it(`${name} is a cause, where the connection is fine`, () => {
      assert.match(causeOf("cluster2", healthy, log(name))?.sentence ?? "", sentence);
      assert.equal(causeOf("cluster3", healthy, log(name)), undefined);
    });
  }

  it("is behind what does not let it connect", () => {
    const cause = causeOf("cluster2", troubleshoot("refused"), log("duplicate-peer"));
    assert.match(cause?.sentence ?? "", /nothing listens/);
  });

  it("counts as it was said last", () => {
    const both = log("duplicate-peer") + log("config-missing");
    assert.match(causeOf("cluster2", healthy, both)?.sentence ?? "", /has no cilium\/cluster-config/);
  });

  it("is read as JSON too, and by the whole name", () => {
    const line =
      '{"level":"warn","msg":"Connection to remote cluster failed","clusterName":"west-2","error":"clusterID 7 is already used"}';
    assert.deepEqual(complaintsOf(line, "west-2"), [line]);
    assert.deepEqual(complaintsOf(line, "west"), []);
    assert.deepEqual(complaintsOf(line.replace("warn", "info"), "west-2"), []);
  });

  it("never fails, whatever is said", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (said, logged) => {
        assert.equal(causeOf("cluster2", said, logged), undefined);
      }),
    );
  });
});

describe("model: what is said where KVStoreMesh reads the peers", () => {
  const missing = 'Found 0 cluster configurations\n\nCluster "cluster2":\n❌ Configuration not found\n';

  it("is of the peers' etcds where KVStoreMesh says it, and of its own files", () => {
    const refused = causeOf("cluster2", troubleshoot("client-refused"), "", "kvstoremesh");
    assert.match(refused?.sentence ?? "", /^the etcd of cluster2 refuses this cluster's client certificate/);
    const cause = causeOf("cluster2", missing, "", "kvstoremesh");
    assert.equal(cause?.sentence, "KVStoreMesh has no configuration of cluster2");
    assert.match(cause.fix, /^see whether the pods of clustermesh-apiserver mount the Secret cilium-kvstoremesh/);
    assert.match(causeOf("cluster2", missing, "")?.fix ?? "", /^see whether the agents mount the Secret with the peer/);
  });

  it("is of the cache where its agents say it, and never of the peer's etcd", () => {
    for (const name of ["refused", "unknown-ca", "client-refused", "permission"]) {
      const cause = causeOf("cluster2", troubleshoot(name), "", "agentOfCache");
      assert.match(
        cause?.sentence ?? "",
        /^the cache of this cluster's own clustermesh-apiserver cannot be read \(.+\)$/,
      );
      assert.match(cause?.fix ?? "", /clustermesh-apiserver-local-cert/);
    }
    assert.equal(causeOf("cluster2", healthy, "", "agentOfCache"), undefined);
    assert.match(
      causeOf("cluster2", healthy, log("config-missing"), "agentOfCache")?.sentence ?? "",
      /^the cache of this cluster's own clustermesh-apiserver has nothing of cluster2 for it \(not found\)$/,
    );
  });

  it("has what agents refuse at the agents alone, for KVStoreMesh looks at no id", () => {
    const refused = (reader: "agentOfCache" | "kvstoremesh") =>
      causeOf("cluster2", healthy, log("duplicate-peer"), reader)?.sentence ?? "";
    assert.match(refused("agentOfCache"), /a duplicate id$/);
    assert.equal(refused("kvstoremesh"), "");
  });

  it("is in the log alone while a cache is emptied of a peer that is back", () => {
    assert.ok(isBeingEmptied(log("emptying"), "cluster2"));
    assert.ok(!isBeingEmptied(log("emptying"), "cluster3"));
    assert.ok(!isBeingEmptied(log("emptied"), "cluster2"));
    assert.ok(isBeingEmptied(log("emptied") + log("emptying"), "cluster2"));
    assert.ok(!isBeingEmptied(log("emptying").replaceAll(/.*Delaying.*\n/g, ""), "cluster2"));
  });
});
