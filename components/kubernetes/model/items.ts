import { z } from "zod";

/** Reads what `kubectl get -o json --ignore-not-found` prints: several objects as a list, one bare, none not at all. */
export function parseItems<T>(json: string, item: z.ZodType<T>): readonly T[] {
  if (json.trim() === "") return [];
  const parsed: unknown = JSON.parse(json);
  const list = z.object({ kind: z.string().optional(), items: z.array(z.unknown()) }).safeParse(parsed);
  return z.array(item).parse(list.success ? list.data.items : [parsed]);
}
