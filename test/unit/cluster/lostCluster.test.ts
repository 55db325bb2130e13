import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LARGE_INPUT } from "../../../components/command/protocol";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { makeMesh, runMesh, type MeshRun } from "../support/meshProgram";
import { isWrappedSecret, run, valueOf } from "../support/pulumiMocks";
import { files as secretData } from "../support/secretData";

const LOST = { 3: { lost: true } } as const;
const CLUSTERS = [1, 2, 3];

/** A command's plain input. */
function inputOf(ran: MeshRun, name: string): Readonly<Record<string, unknown>> {
  const { environment, stdin = "{}" } = ran.one("local:Command", name).inputs as {
    environment: Record<string, string>;
    stdin?: string;
  };
  const sent = JSON.parse(stdin) as Readonly<Record<string, string>>;
  const large = JSON.parse(sent[LARGE_INPUT] ?? "{}") as Record<string, unknown>;
  return { ...(JSON.parse(environment["CLUSTERMESH_COMMAND_INPUT"] ?? "null") as Record<string, unknown>), ...large };
}

describe("components: a lost cluster", () => {
  it("has its commands left, under the same URNs, and is not asked by them", async () => {
    const [here, lost] = [await runMesh({ clusters: CLUSTERS }), await runMesh({ clusters: CLUSTERS, specs: LOST })];
    const ofThird = (ran: MeshRun) =>
      ran.urns.filter((urn) => urn.split("::").at(-1)?.startsWith("clustermesh-cluster3"));
    const commands = ofThird(here).filter((urn) => urn.includes("command:local:Command"));
    assert.ok(commands.length >= 2);
    assert.deepEqual(
      ofThird(lost).filter((urn) => urn.includes(":Command")),
      commands,
    );
    assert.deepEqual(
      ofThird(lost).filter((urn) => /kubernetes:|tls:/.test(urn)),
      [],
    );
    for (const urn of commands) {
      const name = urn.split("::").at(-1) ?? "";
      assert.equal(inputOf(lost, name)["lost"], true, name);
      assert.equal(inputOf(here, name)["lost"], undefined, name);
    }
  });

  it("is shown with the commands that would give it back", async () => {
    const { result } = await runMesh({ clusters: CLUSTERS, specs: LOST, kubeconfigs: [3] });
    assert.deepEqual(Object.keys(result.lost), ["cluster3"]);
    const { cluster3 } = result.lost;
    assert.ok(cluster3);
    const commands = (await valueOf(cluster3)).join("\n");
    assert.match(commands, /delete secret .*cilium-clustermesh clustermesh-etcd-server\n.*"cluster-id":"0"/);
    assert.equal(await pulumi.isSecret(cluster3), false);
    assert.deepEqual((await runMesh({ clusters: CLUSTERS })).result.lost, {});
  });

  it("leaves the others what they were, but for the peer that it was", async () => {
    const [here, lost] = [await runMesh({ clusters: CLUSTERS }), await runMesh({ clusters: CLUSTERS, specs: LOST })];
    const others = (ran: MeshRun) => ran.urns.filter((urn) => !/::(clustermesh-cluster3|provider3)/.test(urn));
    assert.deepEqual(others(lost), others(here));
    const files = (ran: MeshRun) => Object.keys(secretData(ran.one("v1:Secret", "clustermesh-cluster1-peers"))).sort();
    assert.deepEqual(
      files(here).filter((file) => !files(lost).includes(file)),
      ["cluster3"],
    );
    const asked = inputOf(lost, "clustermesh-check")["clusters"] as readonly { readonly name: string }[];
    assert.deepEqual(
      asked.map(({ name }) => name),
      ["cluster1", "cluster2"],
    );
  });

  it("takes its own CA with it", async () => {
    const { perCluster: authority } = await adoptedCas();
    const lost = await runMesh({ clusters: CLUSTERS, specs: LOST, authority });
    const files = Object.keys(secretData(lost.one("v1:Secret", "clustermesh-cluster1-peers")));
    assert.deepEqual(
      files.filter((file) => file.includes("cluster3")),
      [],
    );
  });

  it("hands the check no kubeconfig of it", async () => {
    const lost = await runMesh({ clusters: CLUSTERS, specs: LOST, kubeconfigs: [1, 3] });
    const { stdin } = lost.one("local:Command", "clustermesh-check").wrapped as { stdin: unknown };
    assert.ok(isWrappedSecret(stdin));
    const sent = Object.keys(JSON.parse(stdin.value as string) as object);
    assert.deepEqual(sent, ["cluster1", LARGE_INPUT]);
  });

  it("still has its id and its ranges, and cannot have the demo", async () => {
    const same = { 3: { lost: true, id: 101 } } as const;
    await assert.rejects(runMesh({ clusters: CLUSTERS, specs: same }), /id 101 is also used by cluster "cluster1"/);
    const demo = { clusters: ["cluster3", "cluster2"] } as const;
    await assert.rejects(
      runMesh({ clusters: CLUSTERS, specs: LOST, demo }),
      /demo\.clusters\[0\] "cluster3" is lost; name a cluster that answers, or leave out the demo/,
    );
  });
});

describe("components: the order of a mesh", () => {
  it("writes no Secret before every cluster has let us in", async () => {
    const held = { name: "clustermesh-cluster2-original-config", until: "clustermesh-cluster1-rollout" };
    const { resources } = await run(() => makeMesh({ clusters: [1, 2] }), false, held);
    const names = resources.map(({ name }) => name);
    const place = (name: string) => names.indexOf(name);
    assert.ok(
      place("clustermesh-cluster1-rollout") < place("clustermesh-cluster2-original-config"),
      "the others went on meanwhile",
    );
    assert.ok(place("clustermesh-cluster1-peers") > place("clustermesh-cluster2-original-config"));
  });

  it("has no more dependencies in a cluster's peers the more clusters there are", async () => {
    const dependencies = async (...clusters: number[]) =>
      (await runMesh({ clusters })).one("v1:Secret", "clustermesh-cluster1-peers").dependencies.length;
    assert.equal(await dependencies(1, 2), await dependencies(1, 2, 3, 4, 5));
  });

  it("writes an etcd's certificate only once its own cluster has let us in", async () => {
    const ran = await runMesh({ clusters: [1, 2] });
    const { urn } = ran.one("local:Command", "clustermesh-cluster1-original-config");
    assert.ok(ran.one("v1:Secret", "clustermesh-cluster1-etcd-server").dependencies.includes(urn));
  });
});
