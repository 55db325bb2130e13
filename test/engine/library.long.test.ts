import assert from "node:assert/strict";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { snapshots } from "../support/kubernetes/snapshot";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { newProgram, type NewProgram } from "./support/newStack";

/** A mesh whose endpoints another resource of the program prints, as one that makes a load balancer would. */
const PROGRAM = `
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ClusterMesh, preflight, report, type ClusterMeshArgs } from "./components";

export = async () => {
  const { clusters, ...settings } = new pulumi.Config().requireObject<ClusterMeshArgs>("mesh");
  const endpointOf = (name: string, endpoint: unknown) =>
    new command.local.Command(\`endpoint-\${name}\`, {
      create: 'printf %s "$ENDPOINT"',
      environment: { ENDPOINT: String(endpoint) },
    }).stdout;
  const args = {
    ...settings,
    clusters: Object.fromEntries(
      Object.entries(clusters).map(([name, { etcd, ...cluster }]) => {
        const [endpoint] = etcd.endpoints as readonly unknown[];
        return [name, { ...cluster, etcd: { endpoints: [endpointOf(name, endpoint)] } }];
      }),
    ),
  };
  const { diagnostics, observed } = await preflight(args);
  await report("this mesh cannot work", diagnostics);
  return { meshedClusters: new ClusterMesh("mesh", { ...args, observed }).meshedClusters };
};
`;

const NOT_KNOWN = /cluster "cluster1": etcd is not known yet, so its endpoints are not judged here/;

describe("a program that uses the library, with endpoints that it makes itself", function () {
  this.timeout("3m");
  let stack: PulumiStack;
  let clusters: NewProgram["clusters"];
  let untouched: NewProgram["untouched"];
  let mesh: NewProgram["mesh"];

  before(async () => {
    ({ stack, clusters, untouched, mesh } = await newProgram(PROGRAM, "library"));
  });

  after(async () => {
    succeeded(await stack.destroy());
  });

  /** The mesh, with another endpoint for the first cluster. */
  function dialling(url: string) {
    const members = mesh["clusters"] as Readonly<Record<string, object>>;
    return {
      mesh: { ...mesh, clusters: { ...members, cluster1: { ...members["cluster1"], etcd: { endpoints: [url] } } } },
    };
  }

  it("is told by a preview that they are not known yet", async () => {
    assert.match(succeeded(await stack.preview()).text, NOT_KNOWN);
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("is refused by up before anything is written to a cluster, where they cannot work", async () => {
    await stack.configure(dialling("http://10.1.1.1:2379"));
    const { code, text } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(text, /cluster "cluster1": etcd\.endpoints\[0\] "http:\/\/10\.1\.1\.1:2379" is not an https URL/);
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("is meshed by up, and every peer is given them", async () => {
    await stack.configure({ mesh });
    assert.doesNotMatch(succeeded(await stack.up()).text, NOT_KNOWN);
    const [first = assert.fail(), second = assert.fail()] = clusters;
    const files = await secretFiles(second, "cilium-clustermesh");
    assert.ok(files["cluster1"]?.includes(first.ciliumEtcd.endpoint), files["cluster1"]);
    const again = succeeded(await stack.up()).steps.filter(({ op }) => op !== "same");
    assert.deepEqual(again, []);
  });

  it("hands other endpoints on, and leaves the clusters as they were", async () => {
    await stack.configure(dialling("https://etcd.example.com:2379"));
    succeeded(await stack.up());
    const files = await secretFiles(clusters[1] ?? assert.fail(), "cilium-clustermesh");
    assert.match(files["cluster1"] ?? "", /https:\/\/etcd\.example\.com:2379/);
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
