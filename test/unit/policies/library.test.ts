import assert from "node:assert/strict";
import { isObject, isOfMesh } from "../../../policies/model/resource";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { runMesh, type MeshOptions } from "../support/meshProgram";
import { allViolations, asPolicyResources, violations } from "../support/policies";

const MADE = { providers: "made" } as const;
const EVERYTHING = { ...MADE, demo: true, settings: { etcdUsers: "manage" } } as const;

describe("policies: what the library registers", () => {
  const meshes: Readonly<Record<string, () => Promise<MeshOptions>>> = {
    "a generated authority, the demo and users": () => Promise.resolve(EVERYTHING),
    kubeconfigs: () => Promise.resolve({ ...EVERYTHING, kubeconfigs: [1, 2] }),
    "a CA for each cluster, Secrets adopted": async () => ({
      ...EVERYTHING,
      authority: (await adoptedCas()).perCluster,
      settings: { ...EVERYTHING.settings, allow: ["adoptSecret"] },
    }),
    "RSA keys and short lifetimes": () =>
      Promise.resolve({
        ...MADE,
        settings: { certificates: { keyAlgorithm: "RSA2048", leafDays: 1, authorityDays: 2 } },
      }),
    "more than one revision of keys": () =>
      Promise.resolve({ ...MADE, settings: { keyRevisions: { client: 2, server: 3, authority: [2, 1] } } }),
    "a cluster behind a clustermesh-apiserver": async () => ({
      ...MADE,
      clusters: [1, 2, 3],
      apiservers: [3],
      ofApiservers: {
        3: { endpoints: ["https://cluster3.mesh.cilium.io:32379"], ca: (await adoptedCas()).shared.authority },
      },
    }),
    "a lost cluster": () => Promise.resolve({ ...MADE, clusters: [1, 2, 3], specs: { 3: { lost: true } } }),
  };
  for (const [what, options] of Object.entries(meshes)) {
    it(`fulfils every rule: ${what}`, async () => {
      for (const preview of [false, true]) {
        const resources = asPolicyResources((await runMesh(await options(), preview)).resources);
        const found = resources.flatMap((each) => allViolations(each));
        assert.deepEqual(found, []);
      }
    });
  }

  it("is looked at: each kind of it is the mesh's, and its objects have their providers", async () => {
    const resources = asPolicyResources((await runMesh(EVERYTHING)).resources).filter(isOfMesh);
    const kinds = new Set(resources.map(({ type }) => type));
    for (const kind of ["core/v1:Secret", "core/v1:Namespace", "core/v1:Service", "apps/v1:StatefulSet"]) {
      assert.ok(kinds.has(`kubernetes:${kind}`), kind);
    }
    for (const kind of ["PrivateKey", "SelfSignedCert", "LocallySignedCert"]) {
      assert.ok(
        [...kinds].some((each) => each.startsWith("tls:") && each.endsWith(`:${kind}`)),
        kind,
      );
    }
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.deepEqual(objects.filter(isObject), objects);
  });

  it("would be seen with a fault", async () => {
    const settings = {
      certificates: { leafDays: 400, authorityDays: 1096 },
      cilium: { namespace: "cilium" },
    } as const;
    const resources = asPolicyResources((await runMesh({ ...MADE, settings })).resources);
    const of = (rule: string) => resources.flatMap((each) => violations(rule, each));
    assert.match(of("certificate-lifetime").join("\n"), /SelfSignedCert .*1096|26304 is more than 1095 days/);
    assert.match(
      of("certificate-lifetime").join("\n"),
      /LocallySignedCert "clustermesh-cluster1-.*9600 is more than 365 days/,
    );
    assert.match(of("namespaces").join("\n"), /Secret "clustermesh-cluster2-peers": namespace "cilium"/);
    const ofProgram = asPolicyResources((await runMesh({ specs: {} })).resources);
    assert.match(
      ofProgram.flatMap((each) => violations("provider-settings", each)).join("\n"),
      /lacks clusterIdentifier/,
    );
  });
});
