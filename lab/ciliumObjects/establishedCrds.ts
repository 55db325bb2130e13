import { z } from "zod";

/** The part of a list of CustomResourceDefinitions that shows whether they are served. A new one has no conditions yet: null. */
const CRD_LIST = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() }).nullish(),
    }),
  ),
});

/**
 * Names of the CustomResourceDefinitions that the API server does not serve yet, out of `kubectl get --output=json`.
 * `kubectl wait` cannot be asked instead: it fails on conditions that are null.
 */
export const notEstablished = (json: string): string[] =>
  CRD_LIST.parse(JSON.parse(json))
    .items.filter(
      (crd) => !crd.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True"),
    )
    .map(({ metadata }) => metadata.name);
