import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../mesh/refusal";
import type { AdoptedCaArgs } from "./ca";
import type { ClusterSigningCa } from "./caSource";
import { differingCas, type ReadCa } from "./model/oneCa";

const read = ({ at, ca }: ClusterSigningCa): pulumi.Output<ReadCa> =>
  pulumi
    .all([ca.certificate, pulumi.secret(ca.privateKey)])
    .apply(([certificate, privateKey]) => ({ at, ca: { certificate, privateKey } }));

/**
 * A CA that signs for several clusters, by what was found there before. One of them may have another one by now: then nothing is signed, for its etcd
 * would refuse that.
 */
export function oneCa(first: ClusterSigningCa, others: readonly ClusterSigningCa[]): AdoptedCaArgs {
  if (others.length === 0) return first.ca;
  const certificate = pulumi.all([read(first), pulumi.all(others.map(read))]).apply(([ofFirst, ofOthers]) => {
    const problems = differingCas(ofFirst, ofOthers);
    if (problems.length > 0) throw refusal("a CA that clusters shared has changed", problems);
    return ofFirst.ca.certificate;
  });
  return { ...first.ca, certificate };
}
