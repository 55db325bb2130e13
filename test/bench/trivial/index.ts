import { local } from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls";
import { readFileSync } from "node:fs";
import type { TrivialPlan } from "./plan";

/** As many resources as a mesh has, through the same plugins, with nothing to them. */
const plan = JSON.parse(readFileSync("plan.json", "utf8")) as TrivialPlan;

const providers = plan.contexts.map(
  (context) =>
    new k8s.Provider(context, { context, kubeconfig: "", clusterIdentifier: context, enableServerSideApply: true }),
);

const each = (count: number, make: (index: number) => unknown) => {
  Array.from({ length: count }, (_, index) => make(index));
};

each(plan.components, (index) => new pulumi.ComponentResource("bench:index:Group", `group-${String(index)}`));
each(plan.objects, (index) => {
  const provider = providers[index % providers.length];
  const name = `bench-${String(index)}`;
  return new k8s.core.v1.ConfigMap(
    name,
    { metadata: { name, namespace: "kube-system", labels: { bench: "trivial" } }, data: { key: "value" } },
    provider === undefined ? {} : { provider },
  );
});
each(plan.keys, (index) => new PrivateKey(`key-${String(index)}`, { algorithm: "ECDSA", ecdsaCurve: "P256" }));
each(plan.commands, (index) => new local.Command(`command-${String(index)}`, { create: "true" }));
