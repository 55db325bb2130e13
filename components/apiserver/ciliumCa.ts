import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { APISERVER_SECRETS } from "./model/objects";
import type { AdoptedCaArgs } from "../certificates/ca";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { refusal } from "../mesh/refusal";
import { error } from "../mesh/model/diagnostic";

/**
 * The CA of a cluster that publishes through its clustermesh-apiserver, read where it is: nothing of it is written, and its key is a secret from
 * here on.
 *
 * @param cluster The stem of the resource's name.
 * @throws RunError where the Secret has no key: then nobody can sign with it.
 */
export function ciliumCa(
  cluster: string,
  { namespace }: CiliumObjects,
  opts: pulumi.CustomResourceOptions,
): AdoptedCaArgs {
  const secret = k8s.core.v1.Secret.get(`${cluster}-${APISERVER_SECRETS.ca}`, `${namespace}/${APISERVER_SECRETS.ca}`, {
    ...opts,
    additionalSecretOutputs: ["data", "stringData"],
  });
  const file = (key: string) =>
    pulumi.secret(secret.data).apply((data: Readonly<Record<string, string>> | undefined) => {
      const base64 = data?.[key] ?? "";
      if (base64 === "") {
        const at = { property: `Secret ${namespace}/${APISERVER_SECRETS.ca}`, reason: `has no ${key}` };
        const fix =
          "nobody can sign with it: let the chart make it (tls.auto.method helm or cronJob), or leave the cluster out";
        throw refusal(`${cluster}: the CA of its clustermesh-apiserver cannot be used`, [error({ ...at, fix })]);
      }
      return Buffer.from(base64, "base64").toString();
    });
  return { certificate: pulumi.unsecret(file("ca.crt")), privateKey: file("ca.key") };
}
