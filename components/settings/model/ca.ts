import { z } from "zod";
import type { Immutable } from "./texts";

/** A CA that etcds trust already. */
export const ca = z.strictObject({
  certificate: z.string().meta({
    description:
      "The CA's certificate, PEM. Of an intermediate CA: those above it follow it in the same text; they are trusted as well.",
    secret: true,
  }),
  privateKey: z.string().meta({ description: "The CA's private key, PEM.", secret: true }),
  trusted: z.array(z.string()).exactOptional().meta({
    description: "Certificates, PEM, of CAs that are trusted beside this one, while one CA follows another.",
    secret: true,
  }),
});

/** An adopted CA as it is written down. */
export type AdoptedCA = Immutable<z.infer<typeof ca>>;

/** The CA of all etcds. */
export const caOfAll = ca.exactOptional();

/** The CA of a cluster's clustermesh-apiserver. */
export const caOfApiserver = ca.exactOptional().meta({
  description:
    "The CA that has signed the certificates of its clustermesh-apiserver, with the properties of `ca`. Without it: Secret `cilium-ca`.",
  like: "ca",
});

/** The CA of one cluster's etcd. */
export const caOfOne = ca.exactOptional().meta({
  description: "With `authority: adopted` and no `ca`: the CA of this etcd alone, with the properties of `ca`.",
  like: "ca",
});
