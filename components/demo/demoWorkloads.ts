import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ownedBy, RETAINED } from "../kubernetes/ownership";
import { DEMO_PORT, PROTECTED_DB, type DemoSettings, type DemoWorkload } from "./model/demo";

/** Redis without persistence as server, on all addresses, of either IP family, as it does by itself; a client sleeps, and is there for `kubectl exec … redis-cli`. */
const COMMANDS: Readonly<Record<DemoWorkload["role"], { readonly command: string[]; readonly args: string[] }>> = {
  server: {
    command: ["redis-server"],
    args: ["--protected-mode", "no", "--save", "", "--dir", "/tmp"],
  },
  client: { command: ["sleep"], args: ["100d"] },
};

function skipAwait(demo: DemoSettings): Readonly<Record<string, string>> {
  return demo.awaitWorkloads ? {} : { "pulumi.com/skipAwait": "true" };
}

/** One StatefulSet of the demo. */
export function demoWorkload(
  mesh: string,
  workload: DemoWorkload,
  demo: DemoSettings,
  owner: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const { cluster, namespace, name, role } = workload;
  const labels = { app: name };
  return new k8s.apps.v1.StatefulSet(
    `${mesh}-${cluster}/${namespace}/${name}`,
    {
      metadata: { name, namespace, labels, annotations: { ...ownedBy(owner), ...skipAwait(demo) } },
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            ...(demo.nodeSelectors[name] === undefined ? {} : { nodeSelector: demo.nodeSelectors[name] }),
            containers: [
              {
                name,
                image: demo.image,
                imagePullPolicy: "IfNotPresent",
                ...COMMANDS[role],
                ...(role === "server" ? { ports: [{ containerPort: DEMO_PORT }] } : {}),
              },
            ],
          },
        },
      },
    },
    { ...opts, ...RETAINED },
  );
}

/** The global Service of the database in one cluster: same name and namespace in each, backends from all. */
export function demoService(
  mesh: string,
  cluster: string,
  demo: DemoSettings,
  owner: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return new k8s.core.v1.Service(
    `${mesh}-${cluster}/${PROTECTED_DB}`,
    {
      metadata: {
        name: PROTECTED_DB,
        namespace: demo.serverNamespace,
        // Cilium reads this annotation on Services only; on a StatefulSet, where one sometimes sees it, it does nothing.
        // In the other cluster the Service has no endpoints of its own, so nothing is awaited.
        annotations: { ...ownedBy(owner), "service.cilium.io/global": "true", "pulumi.com/skipAwait": "true" },
      },
      spec: { selector: { app: PROTECTED_DB }, ports: [{ port: DEMO_PORT, targetPort: DEMO_PORT, protocol: "TCP" }] },
    },
    { ...opts, ...RETAINED },
  );
}
