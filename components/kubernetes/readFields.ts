import { randomBytes } from "node:crypto";
import type { Kubectl } from "./kubectl";
import { fieldsTemplate, parseFields, type Fields } from "./model/fields";

/** kubectl works on thousands of objects for a while after the cluster's last answer. */
const LIMIT_SECONDS = 120;

/**
 * Reads a list whose length grows with a cluster: of each object these fields alone, as `kubectl get -o json` would print them.
 *
 * @param args A `get` of one kind, without an output format.
 * @throws KubectlError as {@link Kubectl.read}.
 */
export async function readFields(
  kubectl: Pick<Kubectl, "read">,
  args: readonly string[],
  fields: Fields,
): Promise<string> {
  // Drawn for this call: what was put into the cluster before cannot have it. Its tab is nowhere else in it, so no value can end in half of one.
  const mark = `\t${randomBytes(6).toString("base64url")}`;
  const query = [...args, "-o", `jsonpath=${fieldsTemplate(fields, mark)}`];
  const text = await kubectl.read(query, LIMIT_SECONDS);
  return JSON.stringify({ items: parseFields(text, fields, mark) });
}
