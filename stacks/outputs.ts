import { demoWorkloads, type DemoSettings } from "../components/model/demo";
import { membersOf, type MeshSpec } from "../components/model/mesh";

/** The clusters as a stack output: what they are in the mesh and where they are. */
export function describeClusters(spec: MeshSpec): readonly object[] {
  return membersOf(spec.clusters).map(({ name, id, etcd, podCIDRs, nodeCIDRs }) => ({
    name,
    id,
    endpoints: etcd.endpoints,
    podCIDRs,
    nodeCIDRs,
  }));
}

/** The demo as a stack output: who may reach the database. */
export function describeDemo(demo: DemoSettings | undefined): readonly object[] | string {
  if (demo === undefined) {
    return "off";
  }
  return demoWorkloads(demo)
    .filter((workload) => workload.role === "client")
    .map(({ cluster, namespace, name }) => ({
      client: `${cluster}/${namespace}/${name}`,
      expected: name === "employee" ? "PONG" : "no answer",
    }));
}
