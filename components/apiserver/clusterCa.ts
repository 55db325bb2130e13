import * as pulumi from "@pulumi/pulumi";
import { apiserverCaPlace } from "../certificates/apiserverCas";
import type { AdoptedCaArgs } from "../certificates/ca";
import type { ClusterCa } from "../certificates/caSource";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { Cluster } from "../mesh/model/mesh";
import { APISERVER_SECRETS } from "./model/objects";
import { secretFile } from "./secretFile";

/** What is known of a cluster whose CA is its own. */
export interface ClusterCaArgs {
  readonly cluster: Pick<Cluster, "name" | "clientCertificates">;
  /** The CA that is written down; absent where none is. */
  readonly given: AdoptedCaArgs | undefined;
  readonly cilium: Pick<CiliumObjects, "namespace">;
}

/**
 * The CA of a cluster that publishes through its clustermesh-apiserver: as it is given, or read where it is. Where nobody has its key there, what it has
 * issued for all peers.
 *
 * @param name The stem of the resource's name.
 * @throws RunError where a Secret lacks what was found in it when this was planned.
 */
export function clusterCa(
  name: string,
  { cluster, given, cilium: { namespace } }: ClusterCaArgs,
  opts: pulumi.CustomResourceOptions,
): ClusterCa {
  if (given !== undefined) return { kind: "signs", at: apiserverCaPlace(cluster.name), ca: given };
  const place = (secret: string) => ({ cluster: cluster.name, property: `Secret ${namespace}/${secret}` });
  const heading = "the CA of its clustermesh-apiserver cannot be used";
  if (cluster.clientCertificates === "issued") {
    const fix = "have the certificate made again, or give the CA with its key (apiserver.ca)";
    const remote = { namespace, name: APISERVER_SECRETS.remote, refusal: { heading, fix } };
    const file = secretFile(name, remote, opts);
    const [certificate, trusted] = [pulumi.unsecret(file("tls.crt")), pulumi.unsecret(file("ca.crt"))];
    return { kind: "issued", at: place(remote.name), secret: { certificate, trusted, privateKey: file("tls.key") } };
  }
  const fix =
    "nobody can sign with it: give the CA (apiserver.ca), have the chart make it (tls.auto.method helm or cronJob), or have the cluster " +
    `asked before (wait.preflight), so that its Secret ${APISERVER_SECRETS.remote} can be used`;
  const ca = { namespace, name: APISERVER_SECRETS.ca, refusal: { heading, fix } };
  const file = secretFile(name, ca, opts);
  const [certificate, privateKey] = [pulumi.unsecret(file("ca.crt")), file("ca.key")];
  return { kind: "signs", at: place(ca.name), ca: { certificate, privateKey } };
}
