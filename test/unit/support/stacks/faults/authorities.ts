import type { CA } from "../../certificates/ca";
import type { StackAuthorities } from "../stackAuthorities";
import { inCluster, is, missing, notAllowed, unknown, without, type Fault } from "./fault";

/** Faults of a cluster's own CA. */
export function authorities({ good, leaf, expired, notYet }: StackAuthorities): readonly Fault[] {
  const [first, second] = good;
  const own = (name: string, ca: unknown, property: string, reason: RegExp) =>
    inCluster(name, "authority", (cluster) =>
      cluster.etcd.ca === undefined
        ? undefined
        : { to: { ...cluster, etcd: { ...cluster.etcd, ca } }, property, reason },
    );
  const mixed = (certificate: string | undefined, privateKey: string | undefined) => ({ certificate, privateKey });
  return [
    own("a CA that is garbage", mixed("x", first?.privateKey), "etcd.ca.certificate", is("cannot be read")),
    own(
      "a key that is garbage",
      mixed(first?.certificate, "x"),
      "etcd.ca.privateKey",
      is("\\(hidden\\) cannot be read"),
    ),
    own("a leaf for a CA", leaf, "etcd.ca.certificate", is("is not a CA")),
    own("an expired CA", expired, "etcd.ca.certificate", is("has expired")),
    own("a CA that is not valid yet", notYet, "etcd.ca.certificate", is("is not valid yet")),
    own(
      "the key of another CA",
      mixed(first?.certificate, second?.privateKey),
      "etcd.ca.privateKey",
      is("\\(hidden\\) does not"),
    ),
    own(
      "a key behind the certificate",
      mixed(both(first), first?.privateKey),
      "etcd.ca.certificate",
      is("holds a private key"),
    ),
    own("no key", { certificate: first?.certificate }, "etcd.ca.privateKey", missing),
    own("a CA that is a text", first?.privateKey, "etcd.ca", notAllowed),
    own("an unknown property of a CA", { ...first, key: first?.privateKey }, "etcd.ca.key", unknown),
    inCluster("a CA that is missing", "authority", (cluster) =>
      cluster.etcd.ca === undefined
        ? undefined
        : { to: { ...cluster, etcd: without(cluster.etcd, "ca") }, property: "etcd.ca", reason: missing },
    ),
    inCluster("a CA beside a generated one, or beside one for all", "authority", (cluster) =>
      cluster.etcd.ca === undefined
        ? { to: { ...cluster, etcd: { ...cluster.etcd, ca: first } }, property: "etcd.ca", reason: is("is given") }
        : undefined,
    ),
  ];
}

const both = (ca: CA | undefined) => `${ca?.certificate ?? ""}\n${ca?.privateKey ?? ""}`;
