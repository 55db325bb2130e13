import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { KUBECONFIG_TOKEN, runMesh, type MeshOptions, type MeshRun } from "../support/meshProgram";
import { isWrappedSecret, valueOf } from "../support/pulumiMocks";

const TELLTALES = ["PRIVATE KEY", KUBECONFIG_TOKEN];

/** A text as it is, and as it would be if it were base64. */
const readings = (text: string) => [text, Buffer.from(text, "base64").toString()];

/** The places in a value of the wire where something secret is in the clear. */
function leaks(value: unknown, path = ""): readonly string[] {
  if (isWrappedSecret(value)) {
    return [];
  }
  if (typeof value === "string") {
    return readings(value).some((text) => TELLTALES.some((telltale) => text.includes(telltale))) ? [path] : [];
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, each]) => leaks(each, `${path}.${key}`))
    : [];
}

/** The places where something secret is wrapped as such, for a test that finds nothing proves nothing. */
function wrappedSecrets(ran: MeshRun): readonly string[] {
  return ran.resources
    .filter(({ inputs }) => leaks(inputs).length > 0)
    .map(({ name }) => name)
    .sort();
}

const KUBECONFIGS = { kubeconfigs: [1, 2] };

describe("components: secrets", () => {
  const meshes: Readonly<Record<string, () => Promise<MeshOptions>>> = {
    "a generated authority": () => Promise.resolve({ ...KUBECONFIGS, demo: true }),
    "an adopted CA": async () => ({ ...KUBECONFIGS, authority: (await adoptedCas()).shared }),
    "a CA for each cluster, Secrets adopted": async () => ({
      ...KUBECONFIGS,
      authority: (await adoptedCas()).perCluster,
      settings: { allow: ["adoptSecret"] },
    }),
  };
  const everything = { demo: true, settings: { etcdUsers: "manage" } } as const;
  for (const [what, options] of Object.entries(meshes)) {
    for (const kubeconfigs of [[], [1], [1, 2]]) {
      it(`are secret in everything at once: ${what}, ${String(kubeconfigs.length)} kubeconfigs`, async () => {
        const { settings, ...mesh } = await options();
        const given = { ...mesh, ...everything, settings: { ...settings, ...everything.settings }, kubeconfigs };
        for (const preview of [false, true]) {
          for (const { name, wrapped } of (await runMesh(given, preview)).resources) {
            assert.deepEqual(leaks(wrapped), [], name);
          }
        }
        const secret = wrappedSecrets(await runMesh(given));
        for (const name of ["cluster1-peers", "cluster1-client-request", "cluster1-original-config", "check"]) {
          assert.equal(
            secret.includes(`clustermesh-${name}`),
            !/config|check/.test(name) || kubeconfigs.length > 0,
            name,
          );
        }
      });
    }
  }

  it("are in no component's inputs, which are none at all", async () => {
    const { resources } = await runMesh({ ...KUBECONFIGS, ...everything });
    const components = resources.filter(({ type }) => type.startsWith("clustermesh:"));
    assert.ok(components.length >= 3, String(components.length));
    for (const { name, inputs } of components) {
      assert.deepEqual(inputs, {}, name);
    }
  });

  it("are in no output, and outputs are not secret, for people read them", async () => {
    const { result, demo } = await runMesh({ ...KUBECONFIGS, demo: true });
    const { certificates, authorities, readiness, paths, stalePods, topology } = result;
    const { verdicts, drops } = demo ?? {};
    const all = pulumi.output({ certificates, authorities, readiness, paths, stalePods, verdicts, drops, topology });
    assert.equal(await pulumi.isSecret(all), false);
    assert.deepEqual(leaks(await valueOf(all)), []);
  });

  it("are none in a CA's certificate, so that its change shows in a preview", async () => {
    const { shared } = await adoptedCas();
    const ran = await runMesh({ ...KUBECONFIGS, authority: shared });
    const { wrapped } = ran.one("LocallySignedCert", "clustermesh-cluster1-client-cert");
    const { caCertPem, caPrivateKeyPem } = wrapped as Record<string, unknown>;
    assert.equal(caCertPem, shared.authority.certificate);
    assert.ok(isWrappedSecret(caPrivateKeyPem));
  });
});
