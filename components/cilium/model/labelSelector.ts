import { z } from "zod";

const NAME = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

/** What is no label could be read as another requirement, or as the end of this one. */
const key = z.string().regex(new RegExp(`^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${NAME}$`));
const value = z.string().regex(new RegExp(`^(?:${NAME})?$`));
const values = z.array(value).min(1);

const requirement = z.discriminatedUnion("operator", [
  z.object({ key, operator: z.enum(["In", "NotIn"]), values }),
  z.object({ key, operator: z.enum(["Exists", "DoesNotExist"]) }),
]);

function term(required: z.infer<typeof requirement>): string {
  switch (required.operator) {
    case "In":
      return `${required.key} in (${required.values.join(",")})`;
    case "NotIn":
      return `${required.key} notin (${required.values.join(",")})`;
    case "Exists":
      return required.key;
    case "DoesNotExist":
      return `!${required.key}`;
  }
}

/** The `spec.selector` of a DaemonSet or Deployment, as kubectl takes it. An empty one is refused: it would select every pod of the namespace. */
export const labelSelector = z
  .object({
    matchLabels: z.record(key, value).nullish(),
    matchExpressions: z.array(requirement).nullish(),
  })
  .transform(({ matchLabels, matchExpressions }) => {
    const labels = Object.entries(matchLabels ?? {}).map(([label, wanted]) => `${label}=${wanted}`);
    return [...labels, ...(matchExpressions ?? []).map(term)].join(",");
  })
  .refine((text) => text !== "", "the selector is empty, and would select every pod");
