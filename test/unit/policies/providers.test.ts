import assert from "node:assert/strict";
import { meshResource, policyProvider, urnOutside, violations } from "../support/policies";

const SECRET = "kubernetes:core/v1:Secret";
const secret = meshResource(SECRET, { metadata: { namespace: "kube-system" } });
const PROVIDER = "pulumi:providers:kubernetes";

describe("policies: explicit providers", () => {
  const withProvider = (name: string, urn = urnOutside(PROVIDER, name)) => ({
    ...secret,
    provider: { name, urn, props: {} },
  });

  it("are what an object has, of whatever name", () => {
    for (const name of ["mesh-west", "defaults", "default-west", "default_west"]) {
      assert.deepEqual(violations("explicit-provider", withProvider(name)), [], name);
    }
  });

  it("are no default ones, in the mesh or beside it", () => {
    for (const name of ["default", "default_4_34_2", "default_4_34_2_alpha_1"]) {
      const [line, ...others] = violations("explicit-provider", withProvider(name));
      assert.equal(others.length, 0);
      assert.equal(
        line,
        `Secret "mesh-west-x": provider "${name}" is a default provider, of whatever cluster the kubeconfig at hand points to; ` +
          "give the resource, or the component it is in, the kubernetes.Provider of its cluster",
      );
      const beside = { ...withProvider(name), urn: urnOutside(SECRET, "x") };
      assert.equal(violations("explicit-provider", beside).length, 1);
      assert.deepEqual(violations("explicit-provider", beside, { resources: "mesh" }), []);
    }
  });

  it("are not asked of components, of providers, and of what is in no cluster", () => {
    const urn = urnOutside(PROVIDER, "default_5_0_0");
    const others = [
      { urn: "", type: "kubernetes:helm.sh/v4:Chart", name: "chart", props: {} },
      { urn, type: PROVIDER, name: "default_5_0_0", props: {} },
      {
        urn: "",
        type: "tls:index/privateKey:PrivateKey",
        name: "key",
        props: {},
        provider: { urn, name: "default", props: {} },
      },
    ];
    for (const other of others) assert.deepEqual(violations("explicit-provider", other), []);
  });
});

describe("policies: settings of providers", () => {
  const of = (props: object, name?: string) =>
    violations("provider-settings", { ...secret, provider: policyProvider(props, name) });

  it("are those of the library, as flags or as the wire has them", () => {
    assert.deepEqual(of({}), []);
    assert.deepEqual(of({ enableSecretMutable: true, upsertExistingObjects: true }), []);
  });

  it("are each asked for by name", () => {
    const lacking = {
      enableSecretMutable: [undefined, "false", false, ""],
      upsertExistingObjects: [undefined, "false", false],
      clusterIdentifier: [undefined, ""],
    };
    for (const [setting, values] of Object.entries(lacking)) {
      for (const value of values) {
        const found = of({ [setting]: value });
        assert.equal(found.length, 1, setting);
        assert.match(
          found[0] ?? "",
          new RegExp(
            `^Secret "mesh-west-x": provider "mesh-west" lacks ${setting}, so .*; set ${setting} of the provider to `,
          ),
        );
      }
    }
    assert.equal(of({ enableSecretMutable: "false", upsertExistingObjects: "false", clusterIdentifier: "" }).length, 3);
  });

  it("are nothing of a default provider, which is another rule's, nor of objects beside the mesh", () => {
    assert.deepEqual(of({ enableSecretMutable: "false" }, "default_4_34_2"), []);
    const beside = {
      ...secret,
      urn: urnOutside(SECRET, "x"),
      provider: policyProvider({ enableSecretMutable: "false" }),
    };
    assert.deepEqual(violations("provider-settings", beside), []);
    assert.equal(violations("provider-settings", beside, { resources: "all" }).length, 1);
  });
});
