import { z } from "zod";

/** Keys and lifetimes of what is issued: Cilium's own lifetimes by default. */
export const certificates = z
  .strictObject({
    keyAlgorithm: z.enum(["P256", "RSA2048", "RSA4096"]).default("P256").describe("Keys of what is issued."),
    authorityDays: z
      .int()
      .min(1)
      .default(1095)
      .describe(
        "Lifetime of a generated CA, in days. An `up` renews it when a third of that is left, and 120 days at most.",
      ),
    leafDays: z
      .int()
      .min(1)
      .default(365)
      .describe(
        "Lifetime of client and server certificates, in days. An `up` renews them when a third of that is left, and 60 days at most.",
      ),
  })
  .prefault({});

/** Which keys and CAs a mesh is to have, as numbers that a person counts up. */
export const keyRevisions = z
  .strictObject({
    client: z
      .int()
      .min(1)
      .default(1)
      .describe("Another number makes new keys and certificates for the clients of all etcds."),
    server: z
      .int()
      .min(1)
      .default(1)
      .describe(
        "Another number makes new keys and certificates for the etcd servers. Only with a generated authority.",
      ),
    authority: z
      .array(z.int().min(1))
      .default([1])
      .meta({
        description:
          "The generated CAs that are trusted, one to three numbers. The first of them signs. Only with a generated authority.",
        examples: [[1, 2]],
      }),
  })
  .prefault({});
