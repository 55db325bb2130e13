import type { z } from "zod";

/** What is read; `undefined` where that cannot be done. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The JSON of a text; `undefined` where it is of another form. */
export function jsonAs<T>(form: z.ZodType<T>, text: string): T | undefined {
  return attempt(() => form.safeParse(JSON.parse(text)).data);
}
