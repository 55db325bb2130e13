import * as pulumi from "@pulumi/pulumi";
import { present } from "../basics/model/own";
import { error } from "../mesh/model/diagnostic";
import { refusal } from "../mesh/refusal";
import { trustIn } from "./ca";
import type { IssuedCa } from "./meshCa";
import { readIssued } from "./model/issuedClient";
import type { CaPlace } from "./model/validateCa";

/** A Secret with a certificate for all peers of a cluster. PEM. */
export interface IssuedCaArgs {
  readonly certificate: pulumi.Input<string>;
  /** A secret. */
  readonly privateKey: pulumi.Input<string>;
  /** By which the peers verify the cluster's server. */
  readonly trusted: pulumi.Input<string>;
}

/**
 * An authority whose key is elsewhere, by what it has issued. Nothing is given to peers with which they could not log in.
 *
 * @param at The cluster, and where the Secret is, for the message.
 */
export function issuedCa(args: IssuedCaArgs, at: Required<CaPlace>): Omit<IssuedCa, "kind" | "authority"> {
  const files = pulumi
    .all([args.certificate, pulumi.secret(args.privateKey), args.trusted])
    .apply(([certificate, privateKey, trusted]) => {
      const read = readIssued({ certificate, trusted }, privateKey, at.cluster, new Date());
      if (read.is === "usable") return read.files;
      const fix = "have it made again, or give apiserver.ca with its key";
      const problems = read.faults.map(({ file, value, reason }) =>
        error(present({ ...at, property: `${at.property} ${file}`, value, reason, fix })),
      );
      throw refusal("peers cannot log in with what was issued for them", problems);
    });
  // All but the key is public; it came out as a secret only because it was checked together with that.
  const known = pulumi.unsecret(
    files.apply(({ certificate, all, subject, commonName, ends }) => {
      return { certificate, all, subject, commonName, expires: ends.toISOString().replace(".000Z", "Z") };
    }),
  );
  return {
    ...trustIn(known.apply(({ all }) => all)),
    client: {
      subject: known.subject,
      commonName: known.commonName,
      expires: known.expires,
      file: known.certificate,
      privateKey: files.privateKey,
    },
  };
}
