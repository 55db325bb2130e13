import { sortedEntries } from "../../basics/model/own";
import { shortHash } from "../../basics/model/shortHash";
import { DEMO_PORT, demoWorkloads, PROTECTED_DB, type DemoPlaces, type DemoSettings, type DemoWorkload } from "./demo";

type Listed = Pick<DemoWorkload, "cluster" | "namespace" | "name">;

function listed(demo: DemoPlaces): readonly Listed[] {
  return [
    { cluster: demo.serverCluster, namespace: demo.serverNamespace, name: "employee" },
    { cluster: demo.clientCluster, namespace: demo.clientNamespace, name: "employee" },
  ];
}

/** Whether the policy lists a client: by cluster, namespace and name, all three. */
export function policyLists(demo: DemoPlaces, client: DemoWorkload): boolean {
  return listed(demo).some(
    ({ cluster, namespace, name }) =>
      cluster === client.cluster && namespace === client.namespace && name === client.name,
  );
}

/**
 * The demo's policy: only employees reach the database, and only on its port. Every peer names its cluster: without
 * `io.cilium.k8s.policy.cluster` a selector means the local cluster since Cilium 1.19, and every cluster before.
 */
export function demoPolicySpec(demo: DemoPlaces): object {
  return {
    description: "Allow employees of both clusters, and nobody else, to reach protected-db on its port",
    endpointSelector: { matchLabels: { app: PROTECTED_DB } },
    ingress: [
      {
        fromEndpoints: listed(demo).map(({ cluster, namespace, name }) => ({
          matchLabels: {
            app: name,
            "k8s:io.kubernetes.pod.namespace": namespace,
            "io.cilium.k8s.policy.cluster": cluster,
          },
        })),
        toPorts: [{ ports: [{ port: String(DEMO_PORT), protocol: "TCP" }] }],
      },
    ],
  };
}

/** Changes with whatever a ping's verdict rests on; made from inputs alone, so that a preview shows whether pings run again. */
export function demoChecksum(demo: DemoSettings): string {
  const selectors = sortedEntries(demo.nodeSelectors).map(([name, labels]) => [name, sortedEntries(labels)]);
  return shortHash(JSON.stringify([demoWorkloads(demo), demoPolicySpec(demo), demo.image, selectors]));
}
