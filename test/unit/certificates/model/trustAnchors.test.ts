import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { asTrustAnchors, caFiles } from "../../../../components/certificates/model/adoptedCa";
import { usingOpenSsl, type Made } from "../../../support/openssl";

/** What `etcdUsers: manage` verifies an etcd's certificate with. */
describe("model: an intermediate as an anchor, as for every Go client", function () {
  this.timeout("20s");
  let root: Made;
  let own: Made;
  let server: Made;

  const openssl = usingOpenSsl((made) => {
    root = made.make({ subject: "/CN=root" });
    own = made.make({ by: root });
    server = made.make({ by: own, subject: "/CN=etcd", extensions: ["subjectAltName=DNS:etcd.test"] });
  });

  /** What a client that trusts these says of a server that sends its own certificate and the intermediate. */
  async function verdict(ca: string): Promise<string> {
    const listening = createServer({ key: server.key, cert: server.certificate + own.certificate });
    listening.on("tlsClientError", () => undefined);
    listening.listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address() as AddressInfo;
    const client = connect({ port, host: "127.0.0.1", servername: "etcd.test", ca });
    const answer = await Promise.race([
      once(client, "secureConnect").then(() => "verified"),
      once(client, "error").then(([error]) => String(error)),
    ]).catch(String);
    client.destroy();
    listening.close();
    return answer;
  }

  const anchors = (certificate: string, key: string) =>
    asTrustAnchors(caFiles({ certificate, privateKey: key }).all.join(""));

  it("alone, or with its root, or the root alone", async () => {
    assert.match(await verdict(own.certificate), /unable to get issuer certificate/, "OpenSSL needs no help any more");
    assert.equal(await verdict(anchors(own.certificate, own.key)), "verified");
    assert.equal(await verdict(anchors(own.certificate + root.certificate, own.key)), "verified");
    assert.equal(await verdict(anchors(root.certificate, root.key)), "verified");
  });

  it("and no other CA", async () => {
    const other = openssl().make();
    assert.doesNotMatch(await verdict(anchors(other.certificate, other.key)), /^verified/);
  });

  it("goes with the certificates that it signs, and a root does not", () => {
    const both = caFiles({ certificate: root.certificate + own.certificate, privateKey: own.key });
    assert.equal(both.intermediates, caFiles({ certificate: own.certificate, privateKey: own.key }).certificate);
    assert.equal(both.certificate, both.intermediates);
    assert.equal(both.all.length, 2);
    assert.equal(caFiles({ certificate: root.certificate, privateKey: root.key }).intermediates, "");
  });
});
