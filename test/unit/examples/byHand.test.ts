import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { present } from "../../../components/basics/model/own";
import { clustersOf, stackValues } from "../../support/examples/exampleFiles";
import type { RenderedObject } from "../../support/examples/rendered";
import { usingOpenSsl } from "../../support/openssl";
import { testFolder } from "../../support/testFolder";
import { caIn, pasteInto } from "../support/examples/pasted";
import { assertAccepted, lineOf, previewExample, type Said } from "../support/examples/preview";
import { byHandWorld, type World } from "../support/examples/worlds";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { lines } from "../support/mesh/mesh";

const withEtcd = z.looseObject({ etcd: z.looseObject({}) });

describe("the example by hand, with the certificates that its page has people make", () => {
  const kubectl = scriptedKubectl();
  const folder = testFolder();
  const openssl = usingOpenSsl();
  const paste = (page: string, number: number) =>
    pasteInto(folder(), page, number, /^sh examples\/by-hand\/certificates\.sh /);

  /** Its first preview, with the CAs as `pulumi config set` gives them. */
  function preview(
    over: Readonly<Record<string, unknown>> = {},
    world: World = byHandWorld(),
    endpoints: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<Said> {
    paste("docs/guides/examples.md", 7);
    const clusters = Object.entries(clustersOf("by-hand")).map(([name, cluster]) => {
      const { etcd } = withEtcd.parse(cluster);
      return [
        name,
        { ...cluster, etcd: { ...etcd, ...present({ endpoints: endpoints[name] }), ca: caIn(folder(), name) } },
      ] as const;
    });
    const values = { ...stackValues("by-hand"), clusters: Object.fromEntries(clusters), ...over };
    return previewExample(kubectl, "by-hand", world, { values });
  }

  /** The agents' DaemonSet with another container. */
  const agents =
    (change: (container: Readonly<Record<string, unknown>>) => object) =>
    (object: RenderedObject): RenderedObject => {
      if (object.kind !== "DaemonSet") return object;
      const { spec } = z
        .looseObject({
          spec: z.looseObject({
            template: z.looseObject({
              spec: z.looseObject({ containers: z.array(z.record(z.string(), z.unknown())) }),
            }),
          }),
        })
        .parse(object);
      const { template } = spec;
      const containers = template.spec.containers.map(change);
      return { ...object, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } };
    };

  it("is accepted, and has leaves that its CAs have signed", async () => {
    const said = await preview();
    assertAccepted(said);
    assert.deepEqual(said.unseen, []);
    for (const cluster of ["cluster1", "cluster2"]) {
      const file = (name: string) => join(folder(), cluster, name);
      const verified = openssl().run(["verify", "-CAfile", file("ca.crt"), file("server.crt"), file("client.crt")]);
      assert.equal(verified.match(/: OK/g)?.length, 2);
      const names = openssl().run(["x509", "-in", file("server.crt"), "-noout", "-ext", "subjectAltName"]);
      assert.ok(names.includes(cluster === "cluster1" ? "10.1.1.1" : "10.2.2.2"), names);
    }
  });

  it("is refused where name and id may not be overwritten, with whose they are", async () => {
    const { problems } = await preview({ allow: [] });
    assert.equal(problems.length, 2);
    lineOf(
      problems,
      'cluster "cluster1": cilium-config cluster-name and cluster-id ["default","0"] belong to field manager "kubectl-client-side-apply" and differ from "cluster1" and "101"',
    );
  });

  it("is refused where the CA is not given", async () => {
    const said = await preview({ clusters: clustersOf("by-hand") });
    assert.match(
      lines(said.problems).join("\n"),
      /^mesh: clustermesh:ca is missing; give .* or etcd\.ca of each cluster$/,
    );
  });

  it("is warned of where peers would be sent to another etcd than the agents use", async () => {
    const { warnings } = await preview({}, byHandWorld(), { cluster1: ["https://10.1.1.99:2379"] });
    lineOf(
      warnings,
      'cluster "cluster1": etcd.endpoints ["https://10.1.1.99:2379"] are not those that its agents use (live etcd-config: ' +
        "https://10.1.1.1:2379)",
    );
  });

  it("is refused where agents are not told of the folder of peers", async () => {
    const change = agents(({ env, ...container }) => ({
      ...container,
      env: z
        .array(z.looseObject({ name: z.string() }))
        .parse(env ?? [])
        .filter(({ name }) => name !== "CILIUM_CLUSTERMESH_CONFIG"),
    }));
    const { problems } = await preview({}, byHandWorld({ change }));
    lineOf(problems, 'cluster "cluster1": DaemonSet kube-system/cilium clustermesh-config is not set: the agents look');
  });

  it("is refused where the folder is mounted in a way that is never updated", async () => {
    const change = agents(({ volumeMounts, ...container }) => ({
      ...container,
      volumeMounts: z
        .array(z.looseObject({ mountPath: z.string() }))
        .parse(volumeMounts ?? [])
        .map((mount) => (mount.mountPath === "/var/lib/cilium/clustermesh" ? { ...mount, subPath: "peers" } : mount)),
    }));
    const { problems } = await preview({}, byHandWorld({ change }));
    lineOf(problems, 'cluster "cluster1": DaemonSet kube-system/cilium mounts Secret "cilium-clustermesh" at /var/lib');
  });
});
