import { ClusterMesh } from "./components";
import { loadStack, meshClusters } from "./stacks";
import { describeClusters } from "./stacks/outputs";

/** The program: read and check the stack's configuration, build the mesh, and export what a person wants to read. */
export = async () => {
  const { configuration, environment } = await loadStack();
  const clusters = meshClusters(environment.spec.clusters, configuration.clusters);
  const mesh = new ClusterMesh("clustermesh", { ...environment, ...environment.spec, clusters });
  return {
    clusters: describeClusters(environment.spec),
    certificates: mesh.certificates,
    authorities: mesh.authorities,
    readiness: mesh.readiness,
    paths: mesh.paths,
    stalePods: mesh.stalePods,
    etcdUsers: mesh.etcdUsers,
    demo: mesh.verdicts,
    drops: mesh.drops,
    topology: mesh.topology,
    ...(Object.keys(mesh.gone).length === 0 ? {} : { gone: mesh.gone }),
  };
};
