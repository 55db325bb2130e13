import assert from "node:assert/strict";
import { differingCas, type ReadCa } from "../../../../components/certificates/model/oneCa";
import { testCA } from "../../support/apiserver/certificates";
import { lines } from "../../support/mesh/mesh";

const of = (cluster: string, { certificate, privateKey }: ReadCa["ca"]): ReadCa => ({
  at: { cluster, property: "Secret kube-system/cilium-ca" },
  ca: { certificate, privateKey },
});

describe("model: a CA that signs for several clusters", () => {
  it("signs while all of them have it", async () => {
    const ca = await testCA();
    assert.deepEqual(differingCas(of("a", ca), [of("b", ca), of("c", ca)]), []);
  });

  it("signs nothing once one of them has another, or another key, or none that can be read", async () => {
    const [ca, other] = [await testCA(), await testCA("CN=other")];
    const otherKey = { certificate: ca.certificate, privateKey: other.privateKey };
    for (const changed of [other, otherKey, { certificate: "", privateKey: "" }]) {
      assert.match(
        lines(differingCas(of("a", ca), [of("b", ca), of("c", changed)])).join("\n"),
        /^cluster "c": Secret kube-system\/cilium-ca is not the CA of cluster "a" any more[^\n]*$/,
      );
    }
  });
});
