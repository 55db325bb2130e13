import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../mesh/refusal";
import { error } from "../mesh/model/diagnostic";

/** A Secret that is read where it is: nothing of it is written, and all of it is a secret from here on. */
export interface ReadSecret {
  readonly namespace: string;
  readonly name: string;
  /** What cannot be done without one of its files, and what a person does about it. */
  readonly refusal: { readonly heading: string; readonly fix: string };
}

/**
 * The files of a Secret of a cluster, by their names.
 *
 * @param cluster The stem of the resource's name.
 */
export function secretFile(
  cluster: string,
  { namespace, name, refusal: { heading, fix } }: ReadSecret,
  opts: pulumi.CustomResourceOptions,
): (key: string) => pulumi.Output<string> {
  const secret = k8s.core.v1.Secret.get(`${cluster}-${name}`, `${namespace}/${name}`, {
    ...opts,
    // What kubectl has applied is in an annotation, keys included.
    additionalSecretOutputs: ["data", "stringData", "metadata"],
  });
  return (key) =>
    pulumi.secret(secret.data).apply((data: Readonly<Record<string, string>> | undefined) => {
      const base64 = data?.[key] ?? "";
      if (base64 === "") {
        const at = { property: `Secret ${namespace}/${name}`, reason: `has no ${key}` };
        throw refusal(`${cluster}: ${heading}`, [error({ ...at, fix })]);
      }
      return Buffer.from(base64, "base64").toString();
    });
}
