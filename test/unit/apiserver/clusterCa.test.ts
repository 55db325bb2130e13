import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { clusterCa } from "../../../components/apiserver/clusterCa";
import { adoptedCa } from "../../../components/certificates/ca";
import { issuedCa } from "../../../components/certificates/issuedCa";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import type { ClientCertificates } from "../../../components/mesh/model/publication";
import { testCA } from "../support/apiserver/certificates";
import { run, type ReadSecrets } from "../support/pulumiMocks";

/** What a cluster's CA comes to at run time: the certificate that is shown or signs, or why it is refused. */
async function outcome(clientCertificates: ClientCertificates, secrets: ReadSecrets): Promise<string> {
  const program = async () => {
    const cluster = { name: "west", clientCertificates };
    const ca = clusterCa("mesh-west", { cluster, given: undefined, cilium: DEFAULT_SETTINGS.cilium }, {});
    const shown =
      ca.kind === "issued"
        ? issuedCa(ca.secret, ca.at).client.file
        : adoptedCa(ca.ca, ca.at, pulumi.output([])).certificate;
    return settled(shown);
  };
  return (await run(program, false, undefined, {}, secrets)).result;
}

/** The value of an output, or the message with which it fails. */
function settled(output: pulumi.Output<string>): Promise<string> {
  const awaited = output as unknown as { promise(): Promise<string> };
  return awaited.promise().catch((error: unknown) => String(error));
}

describe("the CA of a clustermesh-apiserver, as it is read in a run", () => {
  const CA = "kube-system/cilium-ca";
  const REMOTE = "kube-system/clustermesh-apiserver-remote-cert";

  it("is that of Secret cilium-ca, whose key is of its certificate", async () => {
    const [one, other] = await Promise.all([testCA(), testCA()]);
    const read = (key: string) => outcome("signed", { [CA]: { "ca.crt": one.certificate, "ca.key": key } });
    assert.equal(await read(one.privateKey), one.certificate);
    const said = await read(other.privateKey);
    assert.match(
      said,
      /cluster "west": Secret kube-system\/cilium-ca.privateKey "CN=Cilium CA" \(hidden\) does not belong/,
    );
    assert.doesNotMatch(said, new RegExp(other.privateKey.split("\n")[1] ?? "-"));
  });

  it("is refused where it has no key, with the ways out", async () => {
    const { certificate } = await testCA();
    const said = await outcome("signed", { [CA]: { "ca.crt": certificate } });
    assert.match(
      said,
      /Secret kube-system\/cilium-ca has no ca.key; nobody can sign with it: give the CA \(apiserver.ca\)/,
    );
  });

  it("is by what was issued, whose key is of its certificate too", async () => {
    const ca = await testCA();
    const one = await ca.pair({ commonName: "remote" });
    const other = await ca.pair({ commonName: "remote" });
    const read = (key: string) =>
      outcome("issued", { [REMOTE]: { "tls.crt": one.certificate, "tls.key": key, "ca.crt": ca.certificate } });
    assert.equal(await read(one.privateKey), one.certificate);
    assert.match(
      await read(other.privateKey),
      /cluster "west": Secret kube-system\/clustermesh-apiserver-remote-cert tls.key \(hidden\) does not belong to tls.crt/,
    );
    assert.match(
      await outcome("issued", { [REMOTE]: { "tls.crt": one.certificate } }),
      /has no (ca.crt|tls.key); have the/,
    );
  });
});
