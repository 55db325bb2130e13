import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ownedBy, RETAINED } from "../kubernetes/ownership";
import { DEMO_POLICY, type DemoSettings } from "./model/demo";
import { demoPolicySpec } from "./model/demoPolicy";

/** The policy on the database. A policy works in the cluster whose endpoints it selects, so one cluster has it. */
export function demoPolicy(
  mesh: string,
  demo: DemoSettings,
  owner: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${mesh}-${demo.serverCluster}/${DEMO_POLICY}`,
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: DEMO_POLICY, namespace: demo.serverNamespace, annotations: ownedBy(owner) },
      spec: demoPolicySpec(demo),
    },
    { ...opts, ...RETAINED },
  );
}
