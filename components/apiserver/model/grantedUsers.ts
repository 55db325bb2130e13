import { z } from "zod";

const granted = z.object({
  /** UID of the ConfigMap: another one of its name has nothing of ours. */
  configMap: z.string(),
  /** Those whose entries this project has made. */
  added: z.array(z.string()).readonly(),
  /** Those that were there. */
  found: z.array(z.string()).readonly(),
});

/** Who has a user, as `grantUsers` prints it and the state keeps it. */
export type GrantedUsers = Readonly<z.infer<typeof granted>>;

/** Reads back what was printed; `undefined` before the first run. @throws Error when the text is something else. */
export function parseGranted(printed: string): GrantedUsers | undefined {
  return printed.trim() === "" ? undefined : granted.parse(JSON.parse(printed));
}
