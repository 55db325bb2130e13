import { z } from "zod";
import { isObjectName } from "../../mesh/model/names";

/** The name of a pod. It becomes an argument of kubectl, which no cluster may have taken for a flag. */
export const podName = z.string().refine(isObjectName);

/** Who owns a pod; a controller makes it again. */
export const ownerReferences = z
  .array(z.object({ kind: z.string(), uid: z.string(), controller: z.boolean().default(false) }))
  .nullish();

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Conditions of a pod or a node. */
export const conditions = z.array(z.object({ type: z.string(), status: z.string() })).nullish();

/** Whether these say that it is ready. */
export const isReady = (all: readonly Condition[] | null | undefined): boolean =>
  all?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
